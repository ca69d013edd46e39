-- check: statement.slow
-- title: Slow statements
-- severity: warning
-- needs: pg_stat_statements,pg_monitor
-- why: A statement that is run often and takes long on average is what users wait for. Only statements of this
--      database with at least 10 calls and a mean of 100 ms count; maintenance commands are left out.

SELECT format('queryid %s', s.queryid) AS object,
       format('%s calls took %s ms on average, %s s in all: %s',
              s.calls, round(s.mean_exec_time::numeric, 1), round((s.total_exec_time / 1000)::numeric, 1),
              left(regexp_replace(s.query, '\s+', ' ', 'g'), 300)) AS detail,
       s.mean_exec_time::double precision AS measured,
       100::double precision AS threshold,
       NULL::text AS fix
FROM (
    SELECT queryid, min(query) AS query, sum(calls) AS calls, sum(total_exec_time) AS total_exec_time,
           sum(total_exec_time) / sum(calls) AS mean_exec_time
    FROM public.pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND calls > 0
    GROUP BY queryid
) s
WHERE s.calls >= 10
  AND s.mean_exec_time >= 100
  AND s.query !~* '^\s*(/\*.*?\*/\s*)?(copy|create|alter|drop|vacuum|analyze|reindex|cluster|refresh|checkpoint|truncate|begin|commit|do|call|fetch|explain)\M'
ORDER BY s.total_exec_time DESC
LIMIT 20
