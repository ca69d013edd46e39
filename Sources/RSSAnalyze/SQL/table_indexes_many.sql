-- check: table.indexes_many
-- title: Tables with more indexes than columns
-- severity: info
-- needs: none
-- why: Each index is written at each insert and at each update that is not HOT.
-- threshold: 12 indexes, and more than columns
-- source: PostgreSQL documentation, 11.1 Introduction to Indexes

SELECT c.oid::regclass::text AS object,
       format('%s indexes on %s columns.', x.indexes, c.relnatts) AS detail,
       x.indexes::double precision AS measured,
       12::double precision AS threshold,
       NULL::text AS fix
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT count(*) AS indexes FROM pg_index i WHERE i.indrelid = c.oid) x
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND x.indexes >= 12 AND x.indexes > c.relnatts AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY measured DESC, object
