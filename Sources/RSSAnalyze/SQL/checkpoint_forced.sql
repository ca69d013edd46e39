-- check: checkpoint.forced
-- title: Checkpoints forced by WAL volume
-- severity: info
-- needs: none
-- reads: pg_stat_bgwriter.checkpoints_req
-- why: A checkpoint that comes before checkpoint_timeout, because max_wal_size was reached, makes writes slower:
--      full pages are logged again after each. Judged from 20 requested checkpoints on. CHECKPOINT and DROP
--      DATABASE count as requested as well.

SELECT 'max_wal_size' AS object,
       format('%s of %s checkpoints since %s were requested and not timed; max_wal_size is %s.', b.checkpoints_req,
              b.checkpoints_req + b.checkpoints_timed, to_char(b.stats_reset, 'YYYY-MM-DD HH24:MI TZ'), current_setting('max_wal_size')) AS detail,
       b.checkpoints_req::double precision / (b.checkpoints_req + b.checkpoints_timed) AS measured,
       0.5::double precision AS threshold,
       format('ALTER SYSTEM SET max_wal_size = ''%sMB''; SELECT pg_reload_conf();',
              2 * (SELECT setting::bigint FROM pg_settings WHERE name = 'max_wal_size')) AS fix
FROM pg_stat_bgwriter b
WHERE b.checkpoints_req >= 20
  AND b.checkpoints_req > 0.5 * (b.checkpoints_req + b.checkpoints_timed)
