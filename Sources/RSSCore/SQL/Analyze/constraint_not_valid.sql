-- check: constraint.not_valid
-- title: Constraints that are NOT VALID
-- severity: warning
-- needs: none
-- why: A constraint that was added NOT VALID and never validated says nothing about the rows that were there
--      before, and the planner does not use it.

SELECT format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       format('%s constraint is NOT VALID: %s', CASE k.contype WHEN 'f' THEN 'Foreign key' ELSE 'Check' END,
              left(pg_get_constraintdef(k.oid), 200)) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', k.conrelid::regclass, k.conname) AS fix
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT k.convalidated
  AND k.contype IN ('c', 'f')
  AND k.conparentid = 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
