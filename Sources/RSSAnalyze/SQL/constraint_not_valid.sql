-- check: constraint.not_valid
-- title: Constraints that are NOT VALID
-- severity: warning
-- needs: none
-- why: A constraint that was added NOT VALID and never validated says nothing about the rows that existed
--      before, and the planner does not use it.
-- threshold: any
-- source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint NOT VALID
-- trial: ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID

SELECT format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       -- Without the constraint's text: pg_get_constraintdef would wait for a lock on the table.
       format('%s on (%s)%s is NOT VALID.', CASE k.contype WHEN 'f' THEN 'Foreign key' WHEN 'n' THEN 'NOT NULL' ELSE 'Check' END,
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY x.place)
               FROM unnest(k.conkey) WITH ORDINALITY AS x (attnum, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.attnum),
              CASE WHEN k.contype = 'f' THEN format(' to %s', k.confrelid::regclass) END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', k.conrelid::regclass, k.conname) AS fix
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT k.convalidated
  AND k.contype IN ('c', 'f', 'n')
  -- PostgreSQL 18: NOT ENFORCED is meant to be so.
  AND coalesce(to_jsonb(k) ->> 'conenforced' = 'true', true)
  AND k.conparentid = 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
