-- Indexes and extended statistics for a fingerprint. The index of a constraint is shown with the constraint; those of
-- partitions are left out, attached to an index of the parent or not.
--
-- Columns: see fingerprint_tables.sql.

SELECT 'pg_class'::regclass::oid AS class,
       c.oid AS object,
       'index' AS kind,
       format('%I.%I', n.nspname, c.relname) AS identity,
       concat_ws(E'\n',
           pg_get_indexdef(c.oid),
           CASE WHEN NOT i.indisvalid THEN 'INVALID' END,
           CASE WHEN NOT i.indisready THEN 'NOT READY' END,
           CASE WHEN i.indisclustered THEN 'CLUSTER' END,
           CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END,
           CASE WHEN c.reltablespace <> 0 THEN
               (SELECT format('TABLESPACE %I', ts.spcname) FROM pg_tablespace ts WHERE ts.oid = c.reltablespace) END,
           -- Only the statistics of an expression are the index's own.
           CASE WHEN i.indexprs IS NOT NULL THEN
               (SELECT string_agg(format('COLUMN %s STATISTICS %s', a.attnum, a.attstattarget), E'\n' ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0) END
       ) AS definition
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.relispartition
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'rssctl')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_class'::regclass AND e.objid IN (c.oid, t.oid) AND e.deptype = 'e')
UNION ALL
SELECT 'pg_statistic_ext'::regclass, s.oid, 'statistics', format('%I.%I', n.nspname, s.stxname),
       concat_ws(E'\n',
           pg_get_statisticsobjdef(s.oid),
           CASE WHEN s.stxstattarget >= 0 THEN 'STATISTICS ' || s.stxstattarget END,
           'OWNER ' || quote_ident(pg_get_userbyid(s.stxowner)))
FROM pg_statistic_ext s
JOIN pg_class t ON t.oid = s.stxrelid
JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE NOT t.relispartition
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'rssctl')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_statistic_ext'::regclass AND e.objid = s.oid AND e.deptype = 'e')
