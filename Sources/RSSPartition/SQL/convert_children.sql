-- The foreign keys that reference a table, with what turns them to its key registry.
--
-- Parameters:
--   $1  bigint  the table that they reference now
--   $2  text    the quoted name of what they are to reference
--   $3  text    a pattern of names that are left out (those of rssctl)
--
-- Columns:
--   schema, name      the table that has the key
--   constraint_name   its name
--   draft_name        the name of the new one as long as both exist; unquoted
--   definition        the new one
--   comment           NULL for none

SELECT n.nspname::text AS schema, c.relname::text AS name, k.conname::text AS constraint_name,
       'rssctl_convert_' || row_number() OVER (PARTITION BY k.conrelid ORDER BY k.conname) AS draft_name,
       format('FOREIGN KEY (%s) REFERENCES %s (%s)%s%s%s%s%s',
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
              $2::text,
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, n)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum),
              CASE k.confmatchtype WHEN 'f' THEN ' MATCH FULL' ELSE '' END,
              CASE k.confupdtype WHEN 'r' THEN ' ON UPDATE RESTRICT' WHEN 'c' THEN ' ON UPDATE CASCADE'
                                 WHEN 'n' THEN ' ON UPDATE SET NULL' WHEN 'd' THEN ' ON UPDATE SET DEFAULT' ELSE '' END,
              CASE k.confdeltype WHEN 'r' THEN ' ON DELETE RESTRICT' WHEN 'c' THEN ' ON DELETE CASCADE'
                                 WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT' ELSE '' END,
              CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END,
              CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END) AS definition,
       obj_description(k.oid, 'pg_constraint') AS comment
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.confrelid = $1::oid AND k.conrelid <> k.confrelid AND k.conparentid = 0
  AND k.conname NOT LIKE $3
ORDER BY 1, 2, 3
