-- The columns and CHECK constraints of a table as one text: a table made like it is like it only as long as this is the
-- same.
--
-- Parameters:
--   $1  bigint  the table
--
-- One row with the text.

SELECT concat_ws(E'\n', (
    SELECT string_agg(concat_ws(' ', a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attcollation, a.attnotnull,
                                a.attidentity, a.attgenerated, a.attstorage, a.attcompression, a.attstattarget,
                                -- Options that begin with pg_ are the server's own.
                                (SELECT array_agg(o) FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\_%'), a.attacl,
                                pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum)), E'\n' ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped), (
    SELECT string_agg(concat_ws(' ', quote_ident(conname), pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')), E'\n' ORDER BY conname)
    FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'c' AND conname <> 'rssctl_bound')) AS shape
