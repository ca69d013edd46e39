-- The counters of the statements of this database that took the most time, without their texts, which the server would have
-- to read from a file as a whole; one row more than are kept. Own statements are recognised by no user but their text, and are
-- left out where texts are fetched.
SELECT s.queryid::text, sum(s.calls)::double precision AS calls, sum(s.total_exec_time)::double precision AS milliseconds,
       sum(s.rows)::double precision AS rows, sum(s.shared_blks_hit)::double precision AS hits,
       sum(s.shared_blks_read)::double precision AS reads, sum(s.temp_blks_written)::double precision AS temp,
       sum(s.wal_bytes)::double precision AS wal
FROM public.pg_stat_statements(false) s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.queryid IS NOT NULL
GROUP BY s.queryid
ORDER BY sum(s.total_exec_time) DESC, 1
LIMIT 501
