-- The indexes that an interrupted reindex of the session's role has rebuilt; no row where none was. What other roles say that they
-- rebuilt is rebuilt again.
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
      WHERE object = $1::text AND by = session_user) AS last ON last.begun > last.ended AND o.id > last.begun
WHERE o.operation = 'partition.reindex' AND o.by = session_user
