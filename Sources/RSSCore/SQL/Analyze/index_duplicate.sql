-- check: index.duplicate
-- title: Duplicate indexes
-- severity: warning
-- needs: none
-- why: Two indexes of one table over the same columns, in the same order, with the same operator classes,
--      collations, expressions and predicate do the same work twice at each write. The one that backs a constraint,
--      or is unique, is kept. An index that is part of a partitioned index is judged with that.

WITH candidate AS (
    SELECT i.indexrelid, i.indrelid, c.relname, n.nspname, c.relkind, c.relpages,
           (c.relam, i.indnkeyatts, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
            coalesce(pg_get_expr(i.indexprs, i.indrelid), ''), coalesce(pg_get_expr(i.indpred, i.indrelid), ''))::text AS meaning,
           i.indisunique,
           i.indisreplident OR i.indisclustered
           OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS keep
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indisvalid AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), ranked AS (
    SELECT candidate.*,
           first_value(relname) OVER w AS kept,
           row_number() OVER w AS place
    FROM candidate
    WINDOW w AS (PARTITION BY indrelid, meaning ORDER BY keep DESC, indisunique DESC, relname)
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('Same as index %I of table %s; %s MB.', kept, indrelid::regclass,
              round(relpages * current_setting('block_size')::numeric / 1048576, 1)) AS detail,
       relpages * current_setting('block_size')::double precision AS measured,
       0::double precision AS threshold,
       format('DROP INDEX %s%I.%I;', CASE WHEN relkind = 'i' THEN 'CONCURRENTLY ' ELSE '' END, nspname, relname) AS fix
FROM ranked
WHERE place > 1 AND NOT keep
ORDER BY measured DESC, object
