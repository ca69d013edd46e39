-- What there is in the database, for judging statements before they are run: relations, indexes, routines.
--
-- $1 the schemas of the search path. One row with one column, a JSON document; its members are those of CatalogSnapshot.Contents.
-- Catalogs and statistics are read, never a relation itself, so that this waits for no lock. Sizes are those of the last
-- VACUUM, ANALYZE or CREATE INDEX; so are counts, and of a table that had none of them those of the statistics.

WITH namespaces AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
    SELECT c.oid, c.relname, c.relkind, c.reltuples, c.relpages, c.reltoastrelid, c.relispartition, n.nspname,
           jsonb_build_object('schema', n.nspname, 'name', c.relname) AS name
    FROM pg_class c
    JOIN namespaces n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
), columns AS (
    SELECT a.attrelid, jsonb_agg(jsonb_build_object(
               'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'isNotNull', a.attnotnull,
               'hasDefault', a.atthasdef, 'isDomain', t.typtype = 'd') ORDER BY a.attnum) AS items
    FROM pg_attribute a
    JOIN relations r ON r.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind <> 'S'
    GROUP BY a.attrelid
), constraints AS (
    SELECT o.conrelid, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'name', o.conname, 'kind', o.contype, 'isValidated', o.convalidated,
               'columns', COALESCE((SELECT jsonb_agg(a.attname ORDER BY k.place)
                                    FROM unnest(o.conkey) WITH ORDINALITY AS k (number, place)
                                    JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.number), '[]'),
               'definition', COALESCE(pg_get_constraintdef(o.oid), ''),
               'references', (SELECT name FROM relations WHERE oid = o.confrelid),
               'referencedColumns', (SELECT jsonb_agg(a.attname ORDER BY k.place)
                                     FROM unnest(o.confkey) WITH ORDINALITY AS k (number, place)
                                     JOIN pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number)))
               ORDER BY o.conname) AS items
    FROM pg_constraint o
    JOIN relations r ON r.oid = o.conrelid
    WHERE o.contype IN ('c', 'f', 'p', 'u', 'x') AND (o.contype <> 'f' OR o.conparentid = 0)
    GROUP BY o.conrelid
), parents AS (
    SELECT i.inhrelid, jsonb_agg(p.name ORDER BY i.inhseqno) AS items
    FROM pg_inherits i
    JOIN relations p ON p.oid = i.inhparent
    GROUP BY i.inhrelid
), sources AS (
    SELECT w.ev_class, jsonb_agg(DISTINCT s.name) AS items
    FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN relations s ON s.oid = d.refobjid
    WHERE d.refobjid <> w.ev_class AND w.ev_type = '1'
    GROUP BY w.ev_class
), view_columns AS (
    SELECT w.ev_class, jsonb_agg(DISTINCT jsonb_build_object('relation', s.name, 'column', a.attname)) AS items
    FROM pg_rewrite w
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN relations s ON s.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.refobjid <> w.ev_class AND d.refobjsubid > 0 AND w.ev_type = '1'
    GROUP BY w.ev_class
), partition_keys AS (
    SELECT p.partrelid, p.partdefid, COALESCE(jsonb_agg(a.attname ORDER BY k.place) FILTER (WHERE a.attname IS NOT NULL), '[]') AS items
    FROM pg_partitioned_table p
    CROSS JOIN unnest(p.partattrs::smallint[]) WITH ORDINALITY AS k (number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.number AND k.number <> 0
    GROUP BY p.partrelid, p.partdefid
)
SELECT jsonb_build_object(
    'serverVersion', current_setting('server_version_num')::integer,
    'timeZone', current_setting('TimeZone'),
    'searchPath', COALESCE((SELECT jsonb_agg(n.nspname ORDER BY p.place) FROM unnest($1::text[]) WITH ORDINALITY AS p (schema, place)
                              JOIN pg_namespace n ON n.nspname = CASE p.schema WHEN '$user' THEN current_user::text ELSE p.schema END), '[]'),
    'relations', COALESCE((
        SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'name', r.name, 'kind', r.relkind,
            'rows', CASE WHEN r.relkind IN ('r', 'm') THEN
                        CASE WHEN r.reltuples > 0 THEN r.reltuples::bigint ELSE pg_stat_get_live_tuples(r.oid) END END,
            'bytes', (r.relpages + COALESCE((SELECT sum(relpages) FROM pg_class
                      WHERE oid = r.reltoastrelid
                         OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = r.oid)), 0))
                     * current_setting('block_size')::bigint,
            'columns', COALESCE(c.items, '[]'), 'constraints', COALESCE(o.items, '[]'),
            'parents', COALESCE(p.items, '[]'), 'isPartition', r.relispartition,
            'isDefaultPartition', EXISTS (SELECT FROM partition_keys WHERE partdefid = r.oid),
            'sources', COALESCE(s.items, '[]'), 'reads', v.items, 'partitionKey', k.items)))
        FROM relations r
        LEFT JOIN columns c ON c.attrelid = r.oid
        LEFT JOIN constraints o ON o.conrelid = r.oid
        LEFT JOIN parents p ON p.inhrelid = r.oid
        LEFT JOIN sources s ON s.ev_class = r.oid
        LEFT JOIN view_columns v ON v.ev_class = r.oid
        LEFT JOIN partition_keys k ON k.partrelid = r.oid), '[]'),
    'indexes', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
            'name', jsonb_build_object('schema', n.nspname, 'name', c.relname), 'table', r.name,
            'columns', COALESCE((SELECT jsonb_agg(pg_get_indexdef(i.indexrelid, number, true) ORDER BY number)
                                 FROM generate_series(1, i.indnkeyatts) AS number), '[]'),
            'uses', COALESCE((SELECT jsonb_agg(u.attname ORDER BY u.attnum) FROM pg_attribute AS u
                              WHERE u.attrelid = i.indrelid AND u.attnum > 0
                                AND (u.attnum = ANY (i.indkey::smallint[])
                                     OR EXISTS (SELECT FROM pg_depend AS d
                                                WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                                                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                                                  AND d.refobjsubid = u.attnum))), '[]'),
            'method', a.amname, 'isUnique', i.indisunique, 'isPrimary', i.indisprimary, 'isValid', i.indisvalid,
            'isPartial', i.indpred IS NOT NULL, 'bytes', c.relpages * current_setting('block_size')::bigint))
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN namespaces n ON n.oid = c.relnamespace
        JOIN pg_am a ON a.oid = c.relam
        JOIN relations r ON r.oid = i.indrelid), '[]'),
    'statistics', COALESCE((
        SELECT jsonb_agg(jsonb_build_object('name', jsonb_build_object('schema', n.nspname, 'name', e.stxname),
                                            'table', r.name,
                                            'columns', COALESCE((SELECT jsonb_agg(u.attname ORDER BY u.attnum)
                                                                 FROM pg_attribute AS u
                                                                 WHERE u.attrelid = e.stxrelid
                                                                   AND u.attnum = ANY (e.stxkeys::smallint[])), '[]')))
        FROM pg_statistic_ext e
        JOIN namespaces n ON n.oid = e.stxnamespace
        JOIN relations r ON r.oid = e.stxrelid), '[]'),
    'extensions', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
            'name', e.name, 'isInstalled', e.installed_version IS NOT NULL,
            'mayCreate', NOT v.superuser OR r.rolsuper
                         OR v.trusted AND has_database_privilege(current_database()::text, 'CREATE')))
        FROM pg_available_extensions AS e
        JOIN pg_available_extension_versions AS v ON v.name = e.name AND v.version = e.default_version
        JOIN pg_roles AS r ON r.rolname = current_user), '[]'),
    'routines', COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
            'name', jsonb_build_object('schema', n.nspname, 'name', f.proname),
            'arguments', COALESCE((SELECT jsonb_agg(format_type(t.oid, NULL) ORDER BY t.place)
                                   FROM unnest(f.proargtypes::oid[]) WITH ORDINALITY AS t (oid, place)), '[]'),
            'defaults', f.pronargdefaults, 'isVolatile', f.provolatile = 'v'))
        FROM pg_proc f
        JOIN namespaces n ON n.oid = f.pronamespace
        WHERE f.prokind IN ('f', 'p')
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = f.oid AND deptype = 'e')), '[]')
)::text AS snapshot
