-- The texts of a few statements, without the comments before them.
--
-- Parameters:
--   $1  bigint[]  their queryids
SELECT s.queryid::text, min(regexp_replace(s.query, '^(\s|--[^\n]*\n|/\*([^*]|\*+[^*/])*\*+/)*', ''))
FROM public.pg_stat_statements(true) s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.queryid = ANY ($1::bigint[])
GROUP BY s.queryid
