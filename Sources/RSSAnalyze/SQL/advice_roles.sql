-- The roles whose code may run with the rights of this session while a statement is planned, and all others.
--
-- Trusted are superusers, the session's own role and who may become it, and, for a session that is not a superuser, the owner of the
-- database: those whom the session trusts with its search path as well.
--
-- Columns: the OIDs of both, and the role's name, which "$user" in a path stands for.
WITH role AS (
    SELECT r.oid, r.rolsuper OR pg_has_role(r.oid, s.oid, 'MEMBER')
           OR NOT current_setting('is_superuser')::boolean
              AND r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()) AS is_trusted
    FROM pg_roles r, pg_roles s
    WHERE s.rolname = session_user
)
SELECT ARRAY(SELECT oid::bigint FROM role WHERE is_trusted) AS trusted,
       ARRAY(SELECT oid::bigint FROM role WHERE NOT is_trusted) AS others, current_user::text AS name
