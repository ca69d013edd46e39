-- Why the schema rssctl may not be used: whoever owns it, or what is on it, could run code with the rights of the role
-- that writes there. Nothing of the schema is run to detect that.
--
-- Trusted is a role that is a superuser, owns the database, or is the current role; and for a current role that is not a
-- superuser, those whose rights it has.
--
-- Parameters:
--   $1  text[]  the names of rssctl's tables
--   $2  text[]  the names of its functions
--
-- Columns:
--   object   what it is on, as SQL writes it
--   problem  what is wrong with it
--   fix      the statement that a trusted role runs

WITH me AS MATERIALIZED (
    SELECT r.oid, r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
), trusted AS MATERIALIZED (
    SELECT r.oid FROM pg_catalog.pg_roles AS r, me
    WHERE r.rolsuper OR r.oid = me.oid OR r.rolname = 'pg_database_owner'
        OR r.oid = (SELECT d.datdba FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
        OR NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'USAGE')
), heir AS MATERIALIZED (
    SELECT quote_ident(r.rolname::text) AS name FROM pg_catalog.pg_roles AS r
    JOIN pg_catalog.pg_database AS d ON d.datdba = r.oid WHERE d.datname = current_database()
), space AS MATERIALIZED (
    SELECT n.oid, n.nspowner FROM pg_catalog.pg_namespace AS n WHERE n.nspname = 'rssctl'
), tables AS MATERIALIZED (
    SELECT c.oid, format('rssctl.%I', c.relname) AS name, c.relkind, c.relowner, c.relrowsecurity, c.relacl
    FROM pg_catalog.pg_class AS c JOIN space AS s ON s.oid = c.relnamespace
    WHERE c.relname = ANY ($1::text[]::name[]) AND c.relkind <> 'i'
), expressions AS MATERIALIZED (
    SELECT 'pg_attrdef'::regclass::oid AS classid, a.oid AS objid, t.name, 'a default or generated column' AS what
    FROM pg_catalog.pg_attrdef AS a JOIN tables AS t ON t.oid = a.adrelid
    UNION ALL
    SELECT 'pg_constraint'::regclass::oid, c.oid, t.name, format('the constraint %I', c.conname)
    FROM pg_catalog.pg_constraint AS c JOIN tables AS t ON t.oid = c.conrelid
    UNION ALL
    SELECT 'pg_class'::regclass::oid, i.indexrelid, t.name, format('the index %s', i.indexrelid::regclass)
    FROM pg_catalog.pg_index AS i JOIN tables AS t ON t.oid = i.indrelid
    UNION ALL
    SELECT 'pg_trigger'::regclass::oid, g.oid, t.name, format('the trigger %I', g.tgname)
    FROM pg_catalog.pg_trigger AS g JOIN tables AS t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal OR g.tgparentid <> 0
    UNION ALL
    SELECT 'pg_class'::regclass::oid, t.oid, t.name, 'a column' FROM tables AS t
)
SELECT 'schema rssctl' AS object, format('belongs to the role %I', pg_get_userbyid(s.nspowner)) AS problem,
    format('ALTER SCHEMA rssctl OWNER TO %s', h.name) AS fix, 1 AS rank
FROM space AS s, heir AS h WHERE s.nspowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT t.name, format('belongs to the role %I', pg_get_userbyid(t.relowner)),
    format('ALTER TABLE %s OWNER TO %s', t.name, h.name), 2
FROM tables AS t, heir AS h WHERE t.relowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT t.name, 'is not an ordinary table', format('DROP %s %s', CASE t.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, t.name), 2
FROM tables AS t WHERE t.relkind <> 'r'
UNION ALL
SELECT format('function rssctl.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
    format('belongs to the role %I', pg_get_userbyid(p.proowner)),
    format('ALTER FUNCTION rssctl.%I(%s) OWNER TO %s', p.proname, pg_get_function_identity_arguments(p.oid), h.name), 3
FROM pg_catalog.pg_proc AS p JOIN space AS s ON s.oid = p.pronamespace, heir AS h
WHERE p.proname = ANY ($2::text[]::name[]) AND p.proowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT t.name, format('has the trigger %I, whose function belongs to the role %I', g.tgname, pg_get_userbyid(p.proowner)),
    format('DROP TRIGGER %I ON %s', g.tgname, t.name), 4
FROM pg_catalog.pg_trigger AS g JOIN tables AS t ON t.oid = g.tgrelid JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
WHERE (NOT g.tgisinternal OR g.tgparentid <> 0) AND p.proowner NOT IN (SELECT oid FROM trusted)
UNION ALL
SELECT t.name, format('has the rule %I', r.rulename), format('DROP RULE %I ON %s', r.rulename, t.name), 4
FROM pg_catalog.pg_rewrite AS r JOIN tables AS t ON t.oid = r.ev_class WHERE t.relkind = 'r'
UNION ALL
SELECT t.name, format('has the policy %I', p.polname), format('DROP POLICY %I ON %s', p.polname, t.name), 4
FROM pg_catalog.pg_policy AS p JOIN tables AS t ON t.oid = p.polrelid
UNION ALL
SELECT t.name, 'has row level security', format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t.name), 4
FROM tables AS t WHERE t.relrowsecurity
UNION ALL
SELECT t.name, format('inherits with %s', CASE t.oid WHEN i.inhrelid THEN i.inhparent ELSE i.inhrelid END::regclass),
    format('ALTER TABLE %s NO INHERIT %s', i.inhrelid::regclass, i.inhparent::regclass), 4
FROM pg_catalog.pg_inherits AS i JOIN tables AS t ON t.oid IN (i.inhrelid, i.inhparent)
UNION ALL
-- What PostgreSQL itself brings is not recorded as a dependency.
SELECT e.name, format('has %s that uses %s', e.what, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)),
    format('drop or redefine %s of %s', e.what, e.name), 5
FROM expressions AS e JOIN pg_catalog.pg_depend AS d ON d.classid = e.classid AND d.objid = e.objid
WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_opclass'::regclass,
    'pg_collation'::regclass)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS g
        WHERE d.classid = 'pg_trigger'::regclass AND g.oid = d.objid AND g.tgfoid = d.refobjid)
UNION ALL
-- Such a role could add a trigger at any time.
SELECT DISTINCT t.name,
    format('lets %s make triggers', coalesce('the role ' || quote_ident(r.rolname::text), 'every role')),
    format('REVOKE TRIGGER ON %s FROM %s', t.name, coalesce(quote_ident(r.rolname::text), 'PUBLIC')), 6
FROM tables AS t CROSS JOIN LATERAL aclexplode(t.relacl) AS x LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = x.grantee
WHERE x.privilege_type = 'TRIGGER' AND x.grantee NOT IN (SELECT oid FROM trusted)
ORDER BY rank, object, problem;
