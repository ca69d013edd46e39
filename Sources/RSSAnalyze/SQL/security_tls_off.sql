-- check: security.tls_off
-- title: Connections from other machines without TLS
-- severity: warning
-- needs: none
-- why: With ssl off, passwords by plain authentication and all rows cross the network readable. A server that
--      listens on this machine alone needs none.
-- threshold: ssl is off and listen_addresses names another address than those of this machine
-- source: PostgreSQL documentation, 19.9 Secure TCP/IP Connections with SSL

SELECT 'ssl' AS object,
       format('ssl is off, and the server listens on %s.', current_setting('listen_addresses')) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       'Make a certificate and a key, then: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();' AS fix,
       NULL::text AS undo
WHERE current_setting('ssl') = 'off'
  AND EXISTS (SELECT FROM regexp_split_to_table(current_setting('listen_addresses'), '\s*,\s*') AS l (address)
              WHERE l.address <> '' AND l.address !~ '^(localhost|127\.[0-9.]+|::1)$')
