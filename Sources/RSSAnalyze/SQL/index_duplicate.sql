-- check: index.duplicate
-- title: Duplicate indexes
-- severity: warning
-- needs: none
-- why: Two indexes of one table over the same columns, in the same order, with the same operator classes,
--      collations, expressions and predicate do the same work twice at each write. The one that backs a constraint,
--      or promises more (UNIQUE, at once, NULLS NOT DISTINCT), is kept; one that promises what the other does not is
--      not a duplicate. An index that is part of a partitioned index is judged with that.
-- threshold: any
-- source: pg_index; PgHero, pg-extras
-- trial: CREATE INDEX ON t (x), twice

-- Expressions and predicates are compared as the catalog has them, without the place in the statement that made them:
-- pg_get_expr would wait for a lock on the table.
-- Most columns are those of one index alone, which is seen without comparing anything else.
WITH repeated AS MATERIALIZED (
    SELECT i.indrelid, i.indkey::text AS columns FROM pg_index i WHERE i.indisvalid GROUP BY i.indrelid, i.indkey::text HAVING count(*) > 1
), candidate AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, c.relname, n.nspname, c.relkind, c.relpages,
           (c.relam, i.indnkeyatts, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
            regexp_replace(concat_ws(' WHERE ', i.indexprs::text, i.indpred::text), ' :location -?[0-9]+', '', 'g'))::text AS meaning,
           i.indpred IS NULL AS is_total,
           i.indisunique, i.indisunique AND i.indimmediate AS is_immediate,
           i.indisunique AND coalesce(to_jsonb(i) ->> 'indnullsnotdistinct' = 'true', false) AS is_strict,
           i.indisreplident OR i.indisclustered
           OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS keep
    FROM repeated r
    JOIN pg_index i ON i.indrelid = r.indrelid AND i.indkey::text = r.columns
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indisvalid AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), twin AS (
    SELECT DISTINCT ON (x.indexrelid) x.*, y.relname AS kept
    FROM candidate x
    JOIN candidate y ON y.indrelid = x.indrelid AND y.meaning = x.meaning AND y.is_total = x.is_total AND y.indexrelid <> x.indexrelid
    WHERE NOT x.keep
      AND y.indisunique >= x.indisunique AND y.is_immediate >= x.is_immediate AND (y.is_strict = x.is_strict OR NOT x.indisunique)
      AND (y.keep, y.indisunique, y.is_immediate, y.is_strict, x.relname) > (x.keep, x.indisunique, x.is_immediate, x.is_strict, y.relname)
    ORDER BY x.indexrelid, y.keep DESC, y.indisunique DESC, y.is_immediate DESC, y.is_strict DESC, y.relname
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('Same as index %I of table %s; %s MB.', kept, indrelid::regclass,
              round(relpages * current_setting('block_size')::numeric / 1048576, 1)) AS detail,
       relpages * current_setting('block_size')::double precision AS measured,
       0::double precision AS threshold,
       format('DROP INDEX %s%I.%I;', CASE WHEN relkind = 'i' THEN 'CONCURRENTLY ' ELSE '' END, nspname, relname) AS fix
FROM twin
ORDER BY measured DESC, object
