-- check: foreign_key.no_index
-- title: Foreign keys without an index
-- severity: warning
-- needs: none
-- why: Deleting or changing a referenced row scans the whole referencing table if no index begins with the columns
--      of the foreign key, in whatever order, and holds locks meanwhile. Reported from 1,000 rows on.
-- threshold: 1,000 rows
-- source: PostgreSQL documentation, 5.4.5 Foreign Keys
-- trial: CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); 1,000 rows; ANALYZE

SELECT format('%I.%I', n.nspname, k.conname) AS object,
       format('No index of %s begins with (%s), which reference%s %s; about %s rows.', k.conrelid::regclass, columns.list,
              CASE WHEN cardinality(k.conkey) = 1 THEN 's' ELSE '' END, k.confrelid::regclass, size.rows::bigint) AS detail,
       size.rows AS measured,
       1000::double precision AS threshold,
       CASE WHEN c.relkind = 'p'
            THEN format('rssctl partition index create %s', '''' || replace(format('CREATE INDEX %I ON %s (%s)', index.name, k.conrelid::regclass, columns.list), '''', '''\''''') || '''')
            ELSE format('CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %s (%s);', index.name, k.conrelid::regclass, columns.list) END AS fix,
       CASE WHEN c.relkind <> 'p' THEN format('DROP INDEX CONCURRENTLY %I.%I;', n.nspname, index.name) END AS undo
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY x.place) AS list, min(a.attnum) AS one
    FROM unnest(k.conkey) WITH ORDINALITY AS x (attnum, place)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.attnum
) columns
CROSS JOIN LATERAL (SELECT left(concat_ws('_', c.relname, replace(replace(columns.list, ', ', '_'), '"', ''), 'idx'), 60) AS name) index
CROSS JOIN LATERAL (
    -- Of a partitioned table, all its parts: autovacuum does not analyze the parent.
    WITH RECURSIVE part (oid) AS (
        SELECT c.oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN part p ON p.oid = i.inhparent WHERE c.relkind = 'p'
    )
    SELECT sum(greatest(pc.reltuples, pg_stat_get_live_tuples(pc.oid), 0))::double precision AS rows
    FROM part
    JOIN pg_class pc ON pc.oid = part.oid AND pc.relkind <> 'p'
) size
WHERE k.contype = 'f'
  AND k.conparentid = 0
  AND size.rows >= 1000
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND NOT EXISTS (
      SELECT FROM pg_index i
      JOIN pg_class ic ON ic.oid = i.indexrelid
      JOIN pg_am am ON am.oid = ic.relam
      WHERE i.indrelid = k.conrelid
        AND i.indisvalid
        AND am.amname IN ('btree', 'hash')
        AND (i.indpred IS NULL
             -- WHERE column IS NOT NULL, as the catalog has it: pg_get_expr would wait for a lock on the table.
             OR cardinality(k.conkey) = 1 AND i.indpred::text ~ format('^\{NULLTEST :arg \{VAR :varno 1 :varattno %s [^{}]*\} :nulltesttype 1 [^{}]*\}$', columns.one))
        AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
        AND i.indnkeyatts >= cardinality(k.conkey))
ORDER BY measured DESC, object
