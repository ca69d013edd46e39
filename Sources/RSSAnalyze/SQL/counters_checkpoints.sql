-- Checkpoints, timed and requested, up to PostgreSQL 16.
SELECT b.stats_reset, b.checkpoints_timed::double precision, b.checkpoints_req::double precision
FROM pg_stat_bgwriter b
