-- check: security.policy_always_true
-- title: Policies for writes that are always true
-- severity: warning
-- needs: none
-- why: A permissive policy whose condition is true lets its roles change every row, whatever the other policies
--      say: permissive policies are combined with OR. Policies for SELECT alone are left out, because some
--      tables are meant to be read by all.
-- threshold: a permissive policy for INSERT, UPDATE, DELETE or ALL whose USING and WITH CHECK are true or
--      absent, on a table with row security
-- source: PostgreSQL documentation, CREATE POLICY
-- trial: CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t
--      USING (true)

WITH always AS (
    SELECT p.*, coalesce(p.polqual::text LIKE '{CONST :consttype 16 %:constisnull false %:constvalue 1 [ 1 0 0 0 0 0 0 0 ]}', true) AS uses,
           coalesce(p.polwithcheck::text LIKE '{CONST :consttype 16 %:constisnull false %:constvalue 1 [ 1 0 0 0 0 0 0 0 ]}', true) AS checks
    FROM pg_policy p
    WHERE p.polpermissive AND p.polcmd <> 'r'
)
SELECT format('%s.%I', c.oid::regclass, p.polname) AS object,
       format('The policy for %s is true for every row, for %s.',
              CASE p.polcmd WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'all commands' END,
              CASE WHEN p.polroles = '{0}' THEN 'PUBLIC'
                   ELSE (SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)) END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('Give it a condition: ALTER POLICY %I ON %s USING (…);', p.polname, c.oid::regclass) AS fix,
       NULL::text AS undo
FROM always p
JOIN pg_class c ON c.oid = p.polrelid AND c.relrowsecurity
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.uses AND p.checks
  AND (p.polqual IS NOT NULL OR p.polwithcheck IS NOT NULL)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
