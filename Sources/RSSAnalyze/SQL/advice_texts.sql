-- The texts of a few statements as pg_stat_statements has them, with $1 and so on in place of their constants.
--
-- Parameters:
--   $1  bigint[]  their queryids
--   $2  bigint[]  the OIDs of trusted roles
-- Columns: queryid, the text, whether trusted roles alone ran it.
SELECT s.queryid::text, min(s.query), bool_and(s.userid = ANY ($2::bigint[]::oid[]))
FROM public.pg_stat_statements(true) s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.queryid = ANY ($1::bigint[])
GROUP BY s.queryid
