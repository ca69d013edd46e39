-- check: settings.read_only
-- title: Roles and databases that are read-only by default
-- severity: warning
-- needs: none
-- why: default_transaction_read_only makes every write fail with an error that does not say where the setting
--      is.
-- threshold: set for this database, or for a role in it
-- source: PostgreSQL documentation, 20.11.1 default_transaction_read_only
-- trial: ALTER DATABASE d SET default_transaction_read_only = on

SELECT CASE WHEN r.rolname IS NULL THEN format('database %I', d.datname) ELSE format('role %I%s', r.rolname, coalesce(' in database ' || quote_ident(d.datname), '')) END AS object,
       'default_transaction_read_only is on.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER %s RESET default_transaction_read_only;', target.name) AS fix,
       format('ALTER %s SET default_transaction_read_only = on;', target.name) AS undo
FROM pg_db_role_setting x
LEFT JOIN pg_database d ON d.oid = x.setdatabase
LEFT JOIN pg_roles r ON r.oid = x.setrole
CROSS JOIN LATERAL (SELECT CASE WHEN r.rolname IS NULL THEN format('DATABASE %I', d.datname) ELSE format('ROLE %I%s', r.rolname, coalesce(' IN DATABASE ' || quote_ident(d.datname), '')) END AS name) target
WHERE (x.setdatabase = 0 OR d.datname = current_database())
  AND EXISTS (SELECT FROM unnest(x.setconfig) AS c (setting) WHERE c.setting IN ('default_transaction_read_only=on', 'default_transaction_read_only=true', 'default_transaction_read_only=1', 'default_transaction_read_only=yes'))
ORDER BY object
