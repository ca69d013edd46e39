-- Tables that rssctl created for its own work, identified by their comment, while no work is active.
--
-- Columns: name, comment

SELECT format('%I.%I', n.nspname, c.relname) AS name, d.description AS comment
FROM pg_description d
JOIN pg_class c ON c.oid = d.objoid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND d.description LIKE 'rssctl: %'
  AND c.relkind IN ('r', 'p') AND n.nspname <> 'rssctl'
  AND NOT EXISTS (SELECT FROM rssctl.partition_work w WHERE w.state = 'active')
ORDER BY 1
