-- The partition key of a partitioned table.
--
-- Parameters:
--   $1  text  schema
--   $2  text  table
--
-- No row: no such table, or it is not partitioned. Columns:
--   oid             the table
--   strategy        range, list or hash
--   key_columns     number of columns and expressions in the key
--   is_expression   true if the first is an expression; key_column is then NULL
--   key_column      name of the first column of the key
--   key_type        its type, as SQL writes it; NULL for an expression
--   key_definition  the key as SQL writes it, for example: RANGE (visit_date)
--   not_null        whether the column is NOT NULL
--   has_default     whether there is a DEFAULT partition

SELECT c.oid,
       CASE p.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' WHEN 'h' THEN 'hash' ELSE p.partstrat::text END AS strategy,
       p.partnatts::integer AS key_columns,
       p.partattrs[0] = 0 AS is_expression,
       a.attname::text AS key_column,
       format_type(a.atttypid, a.atttypmod) AS key_type,
       pg_get_partkeydef(c.oid) AS key_definition,
       a.attnotnull AS not_null,
       p.partdefid <> 0 AS has_default
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND p.partattrs[0] <> 0
WHERE n.nspname = $1::text
  AND c.relname = $2::text
