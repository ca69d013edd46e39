-- check: connections.near_max
-- title: Connections close to the limit
-- severity: critical
-- needs: pg_monitor
-- why: When all connections are taken the backend gets errors. Connections reserved for superusers are not counted
--      as available. Reported from 80 %.
-- threshold: 80 % of max_connections less what is reserved
-- source: PostgreSQL documentation, 20.3.1 Connection Settings

WITH figures AS (
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::double precision AS used,
           current_setting('max_connections')::double precision
           - current_setting('superuser_reserved_connections')::double precision
           - coalesce(current_setting('reserved_connections', true)::double precision, 0) AS usable
)
SELECT 'max_connections' AS object,
       format('%s of %s usable connections are taken.', used, usable) AS detail,
       used / usable AS measured,
       0.8::double precision AS threshold,
       NULL::text AS fix
FROM figures
WHERE used >= 0.8 * usable
