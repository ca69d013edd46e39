-- check: replication.slot_unlimited
-- title: Slots without a limit on the WAL that they keep
-- severity: info
-- needs: pg_monitor
-- why: A slot whose consumer stops keeps WAL until the disk is full and the server stops.
--      max_slot_wal_keep_size bounds it, at the price of the slot.
-- threshold: max_slot_wal_keep_size is -1 and there is a slot that is not temporary
-- source: PostgreSQL documentation, 20.6.1 max_slot_wal_keep_size

SELECT 'max_slot_wal_keep_size' AS object,
       format('%s slot%s, and no limit on the WAL that they keep.', count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END) AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       'ALTER SYSTEM SET max_slot_wal_keep_size = ''10GB''; SELECT pg_reload_conf();' AS fix,
       'ALTER SYSTEM RESET max_slot_wal_keep_size; SELECT pg_reload_conf();' AS undo
FROM pg_replication_slots s
WHERE NOT s.temporary AND current_setting('max_slot_wal_keep_size') = '-1'
HAVING count(*) > 0
