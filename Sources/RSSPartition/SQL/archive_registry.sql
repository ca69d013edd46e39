-- The key registry of a partitioned table: a table of the same schema that its row triggers maintain by the functions named after it.
--
-- The name of a trigger alone does not make a registry: whoever owns one table could have the rows of another one deleted by it. The
-- three triggers call functions of the registry's schema; table and registry have one owner, and so have the functions, unless
-- a superuser or the owner of the database made them in a migration.
--
-- Parameters:
--   $1  oid   the partitioned table
--
-- No row: it has none. Columns:
--   oid, schema, name   the registry
--   owner               of the registry, or of the function that belongs to a third role
--   is_own              whether the owners are as above; false: it is not to be used
--   table_name          the partitioned table, as SQL writes it
--   table_owner         its owner
--   columns             its columns
--   key                 those of its primary key
--   missing             columns that the partitioned table lacks

WITH functions AS MATERIALIZED (
    SELECT r.oid AS registry, f.proowner AS owner,
           f.proowner = p.relowner OR o.rolsuper
               OR f.proowner = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()) AS is_own
    FROM pg_class p
    JOIN pg_trigger t ON t.tgrelid = p.oid AND NOT t.tgisinternal
    JOIN pg_proc f ON f.oid = t.tgfoid
    JOIN pg_roles o ON o.oid = f.proowner
    CROSS JOIN (VALUES ('', 'insert', 5), ('', 'delete', 9), ('zz_', 'update', 19)) AS k (prefix, suffix, type)
    JOIN pg_class r ON r.relnamespace = p.relnamespace AND r.relkind = 'r' AND r.oid <> p.oid
                   AND t.tgname = format('%s%s_%s', k.prefix, r.relname, k.suffix)::name
    WHERE p.oid = $1::oid AND t.tgtype = k.type AND f.pronamespace = r.relnamespace
      AND f.proname = format('%s_%s', r.relname, k.suffix)::name
), registry AS MATERIALIZED (
    SELECT f.registry, bool_and(f.is_own) AS is_own, min(f.owner) FILTER (WHERE NOT f.is_own) AS other
    FROM functions f
    GROUP BY f.registry
    HAVING count(*) = 3
)
SELECT r.oid::bigint, n.nspname::text AS schema, r.relname::text AS name,
       pg_get_userbyid(CASE WHEN r.relowner = p.relowner THEN coalesce(k.other, r.relowner) ELSE r.relowner END)::text AS owner,
       k.is_own AND r.relowner = p.relowner AS is_own,
       format('%I.%I', n.nspname, p.relname) AS table_name, pg_get_userbyid(p.relowner)::text AS table_owner,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
       ARRAY(SELECT a.attname::text FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS u (num, place)
             JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = u.num
             WHERE i.indrelid = r.oid AND i.indisprimary ORDER BY place) AS key,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = p.oid AND b.attname = a.attname
                               AND b.attnum > 0 AND NOT b.attisdropped)) AS missing
FROM registry k
JOIN pg_class r ON r.oid = k.registry
JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_class p ON p.oid = $1::oid
ORDER BY is_own DESC, r.oid
LIMIT 1
