-- The sequence that new values of a column come from: that of its identity, or one that its default reads.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text    the column
--
-- No row: there is none. Columns:
--   schema, name  the sequence
--   last_value    the last number that it generated; NULL for none yet, and where the role may not know
--   next_value    the number that it generates next

SELECT s.schemaname::text AS schema, s.sequencename::text AS name, s.last_value, coalesce(s.last_value + s.increment_by, s.start_value) AS next_value
FROM pg_attribute a
JOIN pg_depend d
  ON d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'i'
  OR d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass
     AND d.objid = (SELECT f.oid FROM pg_attrdef f WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum)
JOIN pg_class c ON c.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE d.refobjid END AND c.relkind = 'S'
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = c.relname
WHERE a.attrelid = $1::oid AND a.attname::text = $2::text AND s.increment_by > 0
  AND (s.last_value IS NOT NULL OR has_sequence_privilege(c.oid, 'SELECT, USAGE'))
ORDER BY s.last_value DESC NULLS LAST
LIMIT 1
