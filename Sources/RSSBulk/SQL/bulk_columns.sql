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
--   is_output    a cast of its type to text is the output function: none of another kind is defined

SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attidentity = 'a' AS is_identity,
    base.is_json, base.is_output
FROM pg_catalog.pg_attribute AS a
CROSS JOIN LATERAL (
    WITH RECURSIVE types AS (
        SELECT a.atttypid AS type
        UNION ALL
        SELECT t.typbasetype FROM types JOIN pg_catalog.pg_type AS t ON t.oid = types.type WHERE t.typtype = 'd'
    )
    SELECT bool_or(type IN ('json'::regtype::oid, 'jsonb'::regtype::oid)) AS is_json,
        bool_and(type IN ('text'::regtype::oid, 'varchar'::regtype::oid) OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_cast AS c WHERE c.castsource = types.type AND c.casttarget = 'text'::regtype::oid))
            AS is_output
    FROM types
) AS base
WHERE a.attrelid = to_regclass($1)::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum;
