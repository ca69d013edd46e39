-- The tables that foreign keys tie to a partitioned table: ATTACH locks both kinds.
--
-- Parameters:
--   $1  oid   the partitioned table
--
-- Columns:
--   schema, name   the table at the other end
--   is_incoming    it references the partitioned table; false: it is referenced

SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name, k.confrelid = $1::oid AS is_incoming
FROM pg_constraint k
JOIN pg_class c ON c.oid = CASE WHEN k.confrelid = $1::oid THEN k.conrelid ELSE k.confrelid END
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND $1::oid IN (k.conrelid, k.confrelid) AND k.conrelid <> k.confrelid
ORDER BY 1, 2
