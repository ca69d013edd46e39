-- check: security.row_security_without_policy
-- title: Row security without a policy
-- severity: warning
-- needs: none
-- why: With row security enabled and no policy, every role but the owner sees no row, and no error says so.
-- threshold: any
-- source: PostgreSQL documentation, 5.8 Row Security Policies
-- trial: CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY

SELECT c.oid::regclass::text AS object,
       format('Row security is enabled without a policy: only %s.', CASE WHEN c.relforcerowsecurity THEN 'superusers and roles with BYPASSRLS see rows'
              ELSE 'its owner, superusers and roles with BYPASSRLS see rows' END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       'Create a policy, or: ' || format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY;', c.oid::regclass) AS fix,
       NULL::text AS undo
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relrowsecurity AND c.relkind IN ('r', 'p')
  -- Rows are read through the parent, by its policies.
  AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
