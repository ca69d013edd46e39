-- check: constraint.domain_not_valid
-- title: Constraints of domains that are NOT VALID
-- severity: warning
-- needs: none
-- why: Values that existed before the constraint was added have not been checked.
-- threshold: any
-- source: PostgreSQL documentation, ALTER DOMAIN
-- trial: CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID

SELECT format('%s.%I', format_type(k.contypid, NULL), k.conname) AS object,
       'A constraint of the domain is NOT VALID.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER DOMAIN %s VALIDATE CONSTRAINT %I;', format_type(k.contypid, NULL), k.conname) AS fix
FROM pg_constraint k
JOIN pg_type ty ON ty.oid = k.contypid
JOIN pg_namespace n ON n.oid = ty.typnamespace
WHERE NOT k.convalidated AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
