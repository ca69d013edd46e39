-- check: replication.slot_lost
-- title: Replication slots that lost their WAL
-- severity: warning
-- needs: pg_monitor
-- why: The WAL that the consumer of such a slot needs was removed: it cannot continue and has to be set up
--      again. The slot only takes a place.
-- threshold: wal_status is lost or unreserved
-- source: PostgreSQL documentation, 54.19 pg_replication_slots

SELECT quote_ident(s.slot_name) AS object,
       format('wal_status is %s (%s slot).', s.wal_status, s.slot_type) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE WHEN s.wal_status = 'lost' THEN format('SELECT pg_drop_replication_slot(%L);', s.slot_name) END AS fix
FROM pg_replication_slots s
WHERE s.wal_status = 'lost' OR s.wal_status = 'unreserved' AND s.active
ORDER BY object
