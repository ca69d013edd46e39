-- What prevents partitions from being replaced by others.
--
-- Parameters:
--   $1  oid    the partitioned table
--   $2  oid[]  the partitions that would go
--
-- One column, a row for each obstacle: what it is, in words.

SELECT format('%s is referenced by the foreign key %I of %s', k.confrelid::regclass, k.conname, k.conrelid::regclass)
FROM pg_constraint k
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (SELECT $1::oid UNION SELECT unnest($2::oid[]))
UNION ALL
SELECT format('%s is itself partitioned, or a foreign table', c.oid::regclass)
FROM pg_class c
WHERE c.oid = ANY ($2::oid[]) AND c.relkind <> 'r'
UNION ALL
SELECT format('%s alone has the trigger %I', t.tgrelid::regclass, t.tgname)
FROM pg_trigger t
WHERE t.tgrelid = ANY ($2::oid[]) AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgname NOT LIKE 'rssctl\_reshape\_%'
UNION ALL
SELECT DISTINCT format('the view or rule of %s uses %s', r.ev_class::regclass, d.refobjid::regclass)
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($2::oid[])
UNION ALL
SELECT DISTINCT format('the function %s uses %s', d.objid::regprocedure, d.refobjid::regclass)
FROM pg_depend d
WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($2::oid[])
  AND d.deptype = 'n'
UNION ALL
-- The copied rows would be sent to subscribers that have no such table.
SELECT format('the publication %I takes in every new table, and so the copies while they are made', p.pubname)
FROM pg_publication p
WHERE current_setting('wal_level') = 'logical'
  AND (p.puballtables
       -- Schemas are published from PostgreSQL 15 on, and their catalog is there from then on: so it is asked by its entries in
       -- pg_depend.
       OR EXISTS (SELECT FROM pg_depend s JOIN pg_depend q ON q.classid = s.classid AND q.objid = s.objid
                  JOIN pg_class c ON c.relnamespace = s.refobjid AND c.oid = $1::oid
                  WHERE s.classid = to_regclass('pg_catalog.pg_publication_namespace') AND s.refclassid = 'pg_namespace'::regclass
                    AND q.refclassid = 'pg_publication'::regclass AND q.refobjid = p.oid))
