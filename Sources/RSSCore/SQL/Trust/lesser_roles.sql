-- The roles that lack a right which this session has, by what its role is or by other roles that it may become, and that
-- own something in this database: what they wrote must not run with the rights of this session.
--
-- A role that may become this session's own gains nothing. Rights that were granted to a role directly do not count: a role
-- that may write to a table runs its owner's triggers with its own rights, as PostgreSQL has every INSERT do.
--
-- Column: the OID as bigint.
WITH me AS MATERIALIZED (
    SELECT oid FROM pg_roles WHERE rolname = session_user
), owner AS MATERIALIZED (
    SELECT relowner AS oid, true AS has_relations FROM pg_class WHERE oid >= 16384 GROUP BY relowner
    UNION ALL
    SELECT proowner, false FROM pg_proc WHERE oid >= 16384 GROUP BY proowner
    UNION ALL
    SELECT typowner, false FROM pg_type WHERE oid >= 16384 GROUP BY typowner
), greater AS MATERIALIZED (
    SELECT r.oid FROM pg_roles AS r, me
    WHERE pg_has_role(me.oid, r.oid, 'MEMBER') AND (
        r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls
        OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files',
            'pg_execute_server_program')
        OR r.oid <> me.oid AND r.oid IN (SELECT oid FROM owner WHERE has_relations))
)
SELECT DISTINCT owner.oid::bigint FROM owner, me
WHERE NOT pg_has_role(owner.oid, me.oid, 'MEMBER')
    AND EXISTS (SELECT FROM greater WHERE NOT pg_has_role(owner.oid, greater.oid, 'MEMBER'))
