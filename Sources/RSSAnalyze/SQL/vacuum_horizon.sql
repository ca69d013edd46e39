-- check: vacuum.horizon
-- title: What keeps dead rows from being removed
-- severity: warning
-- needs: pg_monitor
-- why: VACUUM cannot remove what the oldest transaction may still see. One session, prepared transaction,
--      replication slot or standby that stays behind makes every table of the server grow.
-- threshold: a million transactions behind
-- source: PostgreSQL documentation, 25.1.2 Recovering Disk Space
-- trial: PREPARE TRANSACTION 'p', then a million transactions

WITH holder AS (
    SELECT format('pid %s', a.pid) AS object, greatest(age(a.backend_xmin), age(a.backend_xid))::double precision AS age,
           format('a session of user %s, application %s, state %s', a.usename, coalesce(nullif(a.application_name, ''), 'not named'), a.state) AS what,
           CASE WHEN a.backend_type = 'client backend' THEN format('SELECT pg_terminate_backend(%s);', a.pid) END AS fix
    FROM pg_stat_activity a
    WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.pid <> pg_backend_pid() AND a.backend_type <> 'walsender'
    UNION ALL
    SELECT format('prepared transaction %L', p.gid), age(p.transaction), format('prepared by %s in database %I at %s', p.owner, p.database, to_char(p.prepared, 'YYYY-MM-DD HH24:MI TZ')),
           format('ROLLBACK PREPARED %L;', p.gid)
    FROM pg_prepared_xacts p
    UNION ALL
    SELECT format('slot %I', s.slot_name), greatest(age(s.xmin), age(s.catalog_xmin)), format('a %s slot, %s', s.slot_type, CASE WHEN s.active THEN 'active' ELSE 'inactive' END),
           CASE WHEN NOT s.active THEN format('SELECT pg_drop_replication_slot(%L);', s.slot_name) END
    FROM pg_replication_slots s
    UNION ALL
    SELECT format('standby %s', coalesce(nullif(r.application_name, ''), 'pid ' || r.pid)), age(r.backend_xmin), 'hot_standby_feedback of a standby', NULL
    FROM pg_stat_replication r
)
SELECT object, format('It is %s transactions behind: %s.', age::bigint, what) AS detail, age AS measured, 1000000::double precision AS threshold, fix
FROM holder
WHERE age >= 1000000
ORDER BY age DESC
LIMIT 10
