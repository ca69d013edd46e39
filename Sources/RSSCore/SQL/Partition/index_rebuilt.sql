-- The indexes that a reindex which was broken off has rebuilt; no row where none was.
--
-- Parameters:
--   $1  text  the index or table that it was begun on
--
-- Columns: object

SELECT DISTINCT o.object
FROM rssctl.operation o
JOIN (SELECT max(id) FILTER (WHERE operation = 'partition.reindex.begin') AS begun,
             coalesce(max(id) FILTER (WHERE operation = 'partition.reindex.end'), 0) AS ended
      FROM rssctl.operation
      WHERE object = $1::text) AS last ON last.begun > last.ended AND o.id > last.begun
WHERE o.operation = 'partition.reindex'
