-- The indexes of a table, and the relation that has a wanted index's name: with what they are made of.
-- $1 the table's oid, $2 the wanted name; NULL for all indexes of the table
SELECT c.relname::text AS name, coalesce(i.indrelid = t.oid, false) AS is_on_table, coalesce(i.indisvalid, false) AS is_valid,
       coalesce(i.indisunique, false) AS is_unique,
       -- The definition after the table's name, so that indexes of different tables can be compared.
       coalesce(substr(pg_get_indexdef(i.indexrelid),
              1 + length(format('CREATE %sINDEX %I ON %s%I.%I ', CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname,
                                CASE WHEN c.relkind = 'I' THEN 'ONLY ' END,
                                CASE WHEN n.oid = pg_my_temp_schema() AND current_setting('server_version_num')::integer >= 150000
                                    THEN 'pg_temp' ELSE n.nspname END, t.relname))), '') AS definition,
       (SELECT h.inhparent::bigint FROM pg_inherits h WHERE h.inhrelid = c.oid) AS parent,
       c.oid::bigint AS oid,
       (SELECT p.pid FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid LIMIT 1) AS builder
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_class c ON c.relnamespace = t.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE t.oid = $1 AND CASE WHEN $2::text IS NULL THEN i.indrelid = t.oid ELSE c.relname = $2 END
ORDER BY c.relname;
