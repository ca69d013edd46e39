-- Whether columns that identify rows are what the catalog has: their types and operators become part of statements.
--
-- Parameters:
--   $1  bigint  one of the tables
--   $2  text[]  names of the columns
--   $3  text[]  their types, as SQL writes them
--   $4  text[]  the operators that compare them, as SQL writes them
--
-- Columns: is_known

SELECT coalesce(bool_and(
    EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = $1::bigint::oid AND a.attname::text = c.name AND a.attnum > 0 AND NOT a.attisdropped
            AND format_type(a.atttypid, a.atttypmod) = c.type)
    AND EXISTS (
        SELECT FROM pg_catalog.pg_amop AS m JOIN pg_catalog.pg_operator AS o ON o.oid = m.amopopr
        JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace
        JOIN pg_catalog.pg_am AS am ON am.oid = m.amopmethod AND am.amname = 'btree'
        WHERE m.amopstrategy = 3 AND format('OPERATOR(%I.%s)', n.nspname, o.oprname) = c.equals)), false) AS is_known
FROM unnest($2::text[], $3::text[], $4::text[]) AS c (name, type, equals)
