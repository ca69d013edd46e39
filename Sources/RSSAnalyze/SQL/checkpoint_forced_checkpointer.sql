-- check: checkpoint.forced
-- title: Checkpoints forced by WAL volume
-- severity: info
-- needs: none
-- reads: pg_stat_checkpointer.num_requested
-- why: A checkpoint that comes before checkpoint_timeout, because max_wal_size was reached, makes writes slower:
--      full pages are logged again after each. Judged from 20 requested checkpoints on. CHECKPOINT and DROP
--      DATABASE count as requested as well.

-- The same as checkpoint_forced.sql, where the server counts checkpoints in a view of their own (PostgreSQL 17).
SELECT 'max_wal_size' AS object,
       format('%s of %s checkpoints since %s were requested and not timed; max_wal_size is %s.', k.num_requested,
              k.num_requested + k.num_timed, to_char(k.stats_reset, 'YYYY-MM-DD HH24:MI TZ'), current_setting('max_wal_size')) AS detail,
       k.num_requested::double precision / (k.num_requested + k.num_timed) AS measured,
       0.5::double precision AS threshold,
       format('ALTER SYSTEM SET max_wal_size = ''%sMB''; SELECT pg_reload_conf();',
              2 * (SELECT setting::bigint FROM pg_settings WHERE name = 'max_wal_size')) AS fix
FROM pg_stat_checkpointer k
WHERE k.num_requested >= 20
  AND k.num_requested > 0.5 * (k.num_requested + k.num_timed)
