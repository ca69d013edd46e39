-- A table that is to be partitioned, as it is now.
--
-- Parameters:
--   $1  text  schema
--   $2  text  table
--   $3  text  the column that it is to be partitioned by
--
-- No row: the relation does not exist. Columns:
--   oid, kind              of the relation; kind as in pg_class.relkind
--   key_kind, key_type     kind of the column: date, timestamp, timestamptz, integer, uuid; NULL for another type or no
--                          column; and its type as SQL writes it
--   key_not_null           whether the column is NOT NULL
--   owner                  quoted
--   storage_parameters     of the table and its TOAST table
--   tablespace             NULL for the database's
--   estimated_rows         pg_class.reltuples; -1 if never vacuumed or analyzed
--   bytes                  table, TOAST and indexes

SELECT c.oid::bigint AS oid, c.relkind::text AS kind,
       CASE a.atttypid
           WHEN 'date'::regtype THEN 'date'
           WHEN 'timestamp'::regtype THEN 'timestamp'
           WHEN 'timestamptz'::regtype THEN 'timestamptz'
           WHEN 'smallint'::regtype THEN 'integer'
           WHEN 'integer'::regtype THEN 'integer'
           WHEN 'bigint'::regtype THEN 'integer'
           WHEN 'uuid'::regtype THEN 'uuid'
       END AS key_kind,
       format_type(a.atttypid, a.atttypmod) AS key_type,
       coalesce(a.attnotnull, false) AS key_not_null,
       quote_ident(pg_get_userbyid(c.relowner)) AS owner,
       coalesce(c.reloptions, '{}') || coalesce(ARRAY(SELECT 'toast.' || o FROM pg_class t, unnest(t.reloptions) o
                                                      WHERE t.oid = c.reltoastrelid), '{}') AS storage_parameters,
       s.spcname::text AS tablespace,
       c.reltuples::float8 AS estimated_rows,
       pg_total_relation_size(c.oid) AS bytes
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE n.nspname = $1 AND c.relname = $2
