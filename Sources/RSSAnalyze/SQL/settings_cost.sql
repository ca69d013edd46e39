-- check: settings.cost
-- title: Planner costs that contradict each other
-- severity: warning
-- needs: none
-- why: A random read that is cheaper than a sequential one, or a cost of zero, makes the planner choose index
--      scans over whole tables.
-- threshold: random_page_cost below seq_page_cost, or one of the costs 0
-- source: PostgreSQL documentation, 20.7.2 Planner Cost Constants
-- trial: ALTER DATABASE d SET random_page_cost = 0.5

SELECT s.name AS object,
       format('%s is %s, seq_page_cost is %s (set by %s).', s.name, s.setting, current_setting('seq_page_cost'), s.source) AS detail,
       s.setting::double precision AS measured,
       current_setting('seq_page_cost')::double precision AS threshold,
       CASE s.source WHEN 'database' THEN format('ALTER DATABASE %I RESET %I;', current_database(), s.name)
                     ELSE format('ALTER SYSTEM SET %I = %s; SELECT pg_reload_conf();', s.name, CASE WHEN s.name = 'random_page_cost' THEN greatest(current_setting('seq_page_cost')::double precision, 1)::text ELSE s.boot_val END) END AS fix
FROM pg_settings s
WHERE s.name = 'random_page_cost' AND s.setting::double precision < current_setting('seq_page_cost')::double precision
   OR s.name IN ('seq_page_cost', 'random_page_cost', 'cpu_tuple_cost', 'cpu_index_tuple_cost', 'cpu_operator_cost') AND s.setting::double precision = 0
ORDER BY object
