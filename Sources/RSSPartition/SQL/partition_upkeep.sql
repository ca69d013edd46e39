-- What a partitioned table lacks besides partitions.
--
-- Parameters:
--   $1  oid   the partitioned table
--
-- One row:
--   invalid_indexes    names of its indexes that some partition lacks
--   analyzed_rows      rows when the whole was analysed last; -1 if never
--   leaf_rows          rows of the leaves, as far as they were analysed or vacuumed
--   fresh_rows         of these, those of leaves that were analysed a day later than the whole, or later still: ANALYZE
--                      of the whole includes the leaves

SELECT ARRAY(SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE i.indrelid = $1::oid AND NOT i.indisvalid ORDER BY 1) AS invalid_indexes,
       p.reltuples::float8 AS analyzed_rows,
       coalesce(l.rows, 0)::float8 AS leaf_rows,
       coalesce(l.fresh, 0)::float8 AS fresh_rows
FROM pg_class p
CROSS JOIN LATERAL (
    SELECT greatest(pg_stat_get_last_analyze_time(p.oid), pg_stat_get_last_autoanalyze_time(p.oid)) AS analyzed_at
) AS a
CROSS JOIN LATERAL (
    SELECT sum(greatest(c.reltuples, 0)) AS rows,
           sum(greatest(c.reltuples, 0)) FILTER (WHERE greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) > a.analyzed_at + interval '1 day') AS fresh
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = p.oid
) AS l
WHERE p.oid = $1::oid
