-- check: statement.slow
-- title: Slow statements
-- severity: warning
-- needs: pg_stat_statements,pg_monitor
-- why: A statement that is run often and takes long on average is what users wait for. Only statements of this
--      database with at least 10 calls and a mean of 100 ms count; maintenance commands are left out.

-- The texts of all statements are in one file, which the server reads as a whole: it is asked for them only when the
-- figures alone have shown that there is something to name.
WITH slow AS MATERIALIZED (
    SELECT s.queryid, sum(s.calls) AS calls, sum(s.total_exec_time) AS total_exec_time,
           sum(s.total_exec_time) / sum(s.calls) AS mean_exec_time
    FROM public.pg_stat_statements(false) s
    WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND s.calls > 0
    GROUP BY s.queryid
    HAVING sum(s.calls) >= 10 AND sum(s.total_exec_time) / sum(s.calls) >= 100
), worded AS (
    SELECT s.queryid, min(regexp_replace(s.query, '^(\s|--[^\n]*\n|/\*([^*]|\*+[^*/])*\*+/)*', '')) AS query
    FROM public.pg_stat_statements(true) s
    WHERE EXISTS (SELECT FROM slow)
      AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND s.queryid IN (SELECT queryid FROM slow)
    GROUP BY s.queryid
)
SELECT format('queryid %s', s.queryid) AS object,
       format('%s calls took %s ms on average, %s s in all: %s',
              s.calls, round(s.mean_exec_time::numeric, 1), round((s.total_exec_time / 1000)::numeric, 1),
              left(regexp_replace(w.query, '\s+', ' ', 'g'), 300)) AS detail,
       s.mean_exec_time::double precision AS measured,
       100::double precision AS threshold,
       NULL::text AS fix
FROM slow s
JOIN worded w ON w.queryid = s.queryid
WHERE w.query !~* '^(copy|create|alter|drop|vacuum|analyze|reindex|cluster|refresh|checkpoint|truncate|begin|commit|do|call|fetch|explain)\M'
ORDER BY s.total_exec_time DESC
LIMIT 20
