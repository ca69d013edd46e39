-- check: replication.inactive_slot
-- title: Inactive replication slots
-- severity: critical
-- needs: pg_monitor
-- why: A slot without a consumer retains WAL until the disk is full, and keeps dead rows from being removed.

WITH slots AS (
    SELECT s.*, pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                                s.restart_lsn)::double precision AS retained
    FROM pg_replication_slots s
    WHERE NOT s.active AND NOT s.temporary
)
SELECT quote_ident(slot_name) AS object,
       format('%s slot%s is inactive and keeps %s MB of WAL.', slot_type, coalesce(' of database ' || quote_ident(database), ''),
              coalesce(round(retained::numeric / 1048576, 1)::text, 'an unknown number of')) AS detail,
       coalesce(retained, 0) AS measured,
       0::double precision AS threshold,
       format('SELECT pg_drop_replication_slot(%L);', slot_name) AS fix
FROM slots
ORDER BY measured DESC
