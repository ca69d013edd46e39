-- Checkpoints, timed and requested, from PostgreSQL 17 on.
SELECT k.stats_reset, k.num_timed::double precision, k.num_requested::double precision
FROM pg_stat_checkpointer k
