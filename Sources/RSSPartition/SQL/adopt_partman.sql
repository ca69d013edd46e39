-- The configuration of pg_partman 4 or 5 for a table. The columns of its part_config differ between versions, so they are read
-- by way of JSON. Run with the quoted name of part_config in place of {part_config}.
--
-- Parameters:
--   $1  text  the table as pg_partman names it: schema.table without quotes
--   $2  text  the same with quotes where SQL needs them
--
-- Columns:
--   premake       partitions made ahead
--   retention     its interval or number as text; NULL for none
--   months, days  the same of an interval that is whole months, or whole days; NULL otherwise
--   keeps         whether it keeps the tables that it detaches
--   epoch         what an integer key counts: seconds, milliseconds, …; NULL for a key that is not an epoch
--   automatic     whether its maintenance runs by itself

WITH config AS (
    SELECT to_jsonb(c) AS c FROM {part_config} c WHERE c.parent_table IN ($1::text, $2::text) LIMIT 1
), parsed AS (
    SELECT c, CASE WHEN c ->> 'retention' ~ '[a-z:]' THEN (c ->> 'retention')::interval END AS i FROM config
)
SELECT (c ->> 'premake')::int AS premake,
       c ->> 'retention' AS retention,
       CASE WHEN i = make_interval(months => (extract(year FROM i) * 12 + extract(month FROM i))::int) THEN (extract(year FROM i) * 12 + extract(month FROM i))::int END AS months,
       CASE WHEN i = make_interval(days => extract(day FROM i)::int) THEN extract(day FROM i)::int END AS days,
       coalesce((c ->> 'retention_keep_table')::boolean, true) AS keeps,
       nullif(c ->> 'epoch', 'none') AS epoch,
       coalesce(c ->> 'automatic_maintenance', 'on') = 'on' AS automatic
FROM parsed
