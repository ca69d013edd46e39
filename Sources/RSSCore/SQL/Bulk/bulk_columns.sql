-- The columns of a table that are kept of a row before it is changed: all but generated ones, in the order of the table.
--
-- Parameters:
--   $1  text  the table, as SQL writes it
--
-- Columns:
--   name         its name
--   type         its type, as SQL writes it
--   is_identity  it can be inserted, and not updated
--   is_json      its type is json or jsonb, or a domain over one of them

SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attidentity = 'a' AS is_identity,
    EXISTS (
        WITH RECURSIVE base AS (
            SELECT a.atttypid AS type
            UNION ALL
            SELECT t.typbasetype FROM base JOIN pg_catalog.pg_type AS t ON t.oid = base.type WHERE t.typtype = 'd'
        )
        SELECT FROM base WHERE base.type IN ('json'::regtype::oid, 'jsonb'::regtype::oid)) AS is_json
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = to_regclass($1)::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum;
