-- check: replication.inactive_slot
-- title: Inactive replication slots
-- severity: critical
-- needs: pg_monitor
-- why: A slot without a consumer retains WAL until the disk is full, and keeps dead rows from being removed.
-- threshold: any: a warning, and critical from 1 GB of WAL on, or when its WAL may be removed
-- source: PostgreSQL documentation, 27.2.6 Replication Slots
-- trial: SELECT pg_create_physical_replication_slot('s', true)

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
       format('SELECT pg_drop_replication_slot(%L);', slot_name) AS fix,
       CASE WHEN retained >= 1073741824 OR wal_status IN ('unreserved', 'extended') THEN 'critical' ELSE 'warning' END AS severity
FROM slots
-- One that lost its WAL is replication.slot_lost.
WHERE wal_status IS DISTINCT FROM 'lost'
ORDER BY measured DESC
