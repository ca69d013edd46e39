-- The key registry of a partitioned table: a table of the same schema after which a row trigger of it is named.
--
-- Parameters:
--   $1  oid   the partitioned table
--
-- No row: it has none. Columns:
--   oid, schema, name   the registry
--   columns             its columns
--   key                 those of its primary key
--   missing             columns that the partitioned table lacks

SELECT r.oid::bigint, n.nspname::text AS schema, r.relname::text AS name,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
       ARRAY(SELECT a.attname::text FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS u (num, place)
             JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = u.num
             WHERE i.indrelid = r.oid AND i.indisprimary ORDER BY place) AS key,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = p.oid AND b.attname = a.attname
                               AND b.attnum > 0 AND NOT b.attisdropped)) AS missing
FROM pg_trigger t
JOIN pg_class p ON p.oid = t.tgrelid
JOIN pg_class r ON r.relnamespace = p.relnamespace AND r.relkind = 'r' AND t.tgname = r.relname || '_insert'
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE t.tgrelid = $1::oid AND NOT t.tgisinternal AND t.tgtype & 1 = 1 AND r.oid <> p.oid
LIMIT 1
