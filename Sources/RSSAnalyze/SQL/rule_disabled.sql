-- check: rule.disabled
-- title: Disabled rules
-- severity: warning
-- needs: none
-- why: A disabled rule does not rewrite statements: what it redirected or refused goes through.
-- threshold: any
-- source: PostgreSQL documentation, ALTER TABLE, DISABLE RULE
-- trial: CREATE TABLE t (id int PRIMARY KEY); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; ALTER TABLE t
--      DISABLE RULE r

SELECT format('%s.%I', w.ev_class::regclass, w.rulename) AS object,
       'The rule is disabled.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s ENABLE RULE %I;', w.ev_class::regclass, w.rulename) AS fix,
       format('ALTER TABLE %s DISABLE RULE %I;', w.ev_class::regclass, w.rulename) AS undo
FROM pg_rewrite w
JOIN pg_class c ON c.oid = w.ev_class
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE w.ev_enabled = 'D' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
