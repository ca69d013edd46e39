-- The tables that hold reports, each partition by itself, and those of them in which no index leads to the newest reports of an
-- organization.
--
-- Parameters: $1 text, the table.
-- Columns: tables bigint, lacking bigint, example text (one that lacks it), is_partitioned boolean.

WITH leaf AS (
    SELECT t.relid FROM pg_partition_tree(to_regclass($1::text)) AS t WHERE t.isleaf
    UNION
    SELECT c.oid FROM pg_class AS c WHERE c.oid = to_regclass($1::text) AND c.relkind = 'r'
), judged AS (
    SELECT leaf.relid, EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'organization_id'
        JOIN pg_attribute AS b ON b.attrelid = i.indrelid AND b.attnum = i.indkey[1] AND b.attname = 'visit_date'
        WHERE i.indrelid = leaf.relid AND i.indisvalid AND i.indpred IS NULL
    ) AS is_led
    FROM leaf
)
SELECT count(*) AS tables, count(*) FILTER (WHERE NOT is_led) AS lacking,
       (SELECT j.relid::regclass::text FROM judged AS j WHERE NOT j.is_led ORDER BY 1 LIMIT 1) AS example,
       (SELECT c.relkind = 'p' FROM pg_class AS c WHERE c.oid = to_regclass($1::text)) AS is_partitioned
FROM judged
