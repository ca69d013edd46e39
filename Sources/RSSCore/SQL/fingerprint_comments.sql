-- Comments for a fingerprint.
--
-- Columns:
--   class, object  OIDs of the catalog and of the object in it
--   column_name    the column, quoted, where the comment is a column's
--   comment        its text

SELECT d.classoid AS class, d.objoid AS object, quote_ident(a.attname) AS column_name, d.description AS comment
FROM pg_description d
LEFT JOIN pg_attribute a
       ON d.classoid = 'pg_class'::regclass AND a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
-- 16384 is the first OID that initdb does not give away; the schema public is older.
WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass
