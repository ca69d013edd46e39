-- check: security.policy_without_row_security
-- title: Policies of tables whose row security is off
-- severity: critical
-- needs: none
-- why: A policy has no effect until row security is enabled for its table: every role that may read the table
--      sees all rows.
-- threshold: any
-- source: PostgreSQL documentation, 5.8 Row Security Policies
-- trial: CREATE TABLE t (id int PRIMARY KEY); CREATE POLICY p ON t USING (id > 0)

SELECT c.oid::regclass::text AS object,
       format('%s polic%s (%s), and row security is not enabled.', count(*), CASE WHEN count(*) = 1 THEN 'y' ELSE 'ies' END,
              string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname)) AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass) AS fix,
       format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY;', c.oid::regclass) AS undo
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT c.relrowsecurity AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
GROUP BY c.oid
ORDER BY object
