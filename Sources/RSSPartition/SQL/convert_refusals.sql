-- Why a table cannot be partitioned while it is in use: all of it is reported before anything is done.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text    the column that it is to be partitioned by
--   $3  text[]  the columns that stay unique over all partitions, through a key registry; empty for none
--   $4  text    the name of the trigger that the registry will have BEFORE UPDATE; NULL for none
--
-- Columns:
--   object   what is in the way
--   problem  why
--   remedy   what to do about it

WITH t AS MATERIALIZED (
    SELECT c.*, c.oid::regclass::text AS name FROM pg_class c WHERE c.oid = $1::oid
), key AS MATERIALIZED (
    SELECT a.* FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attname = $2 AND NOT a.attisdropped
), types AS MATERIALIZED (
    SELECT y.oid FROM pg_type y, t WHERE y.oid = t.reltype OR y.typelem = t.reltype AND y.typelem <> 0
), replaced AS MATERIALIZED (
    -- Unique indexes that no partitioned table can have.
    SELECT i.indexrelid, k.oid AS conid
    FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
    WHERE i.indrelid = $1::oid AND i.indisunique
      AND NOT (SELECT attnum FROM key) = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
)
SELECT object::text, problem::text, remedy::text FROM (
    SELECT 1 AS rank, t.name AS object, 'it is not a permanent ordinary table' AS problem,
           'only those can be partitioned while they are in use' AS remedy
    FROM t WHERE relkind <> 'r' OR relpersistence <> 'p'
       OR relam <> (SELECT oid FROM pg_am WHERE amname = 'heap')
    UNION ALL
    SELECT 1, t.name, 'it is of the composite type ' || reloftype::regtype, 'ALTER TABLE … NOT OF'
    FROM t WHERE reloftype <> 0
    UNION ALL
    SELECT 1, t.name, 'it inherits from ' || inhparent::regclass, 'ALTER TABLE … NO INHERIT'
    FROM t, pg_inherits WHERE inhrelid = t.oid
    UNION ALL
    SELECT 1, t.name, inhrelid::regclass || ' inherits from it', 'ALTER TABLE … NO INHERIT'
    FROM t, pg_inherits WHERE inhparent = t.oid
    UNION ALL
    SELECT 1, t.name, 'row security is in force for this role: it does not see all rows', 'use a role with BYPASSRLS'
    FROM t WHERE row_security_active(t.oid)
    UNION ALL
    SELECT 1, t.name, 'this role does not own it', 'use the role ' || pg_get_userbyid(relowner)
    FROM t WHERE NOT pg_has_role(relowner, 'USAGE')
    UNION ALL
    SELECT 2, format('column %I', attname), 'it is a generated column', 'partition by another column'
    FROM key WHERE attgenerated <> ''
    UNION ALL
    -- Constraints.
    SELECT 3, format('constraint %I', conname),
           CASE WHEN contype = 'x' THEN 'it is an EXCLUDE constraint, which no partitioned table can have'
                WHEN connoinherit AND contype = 'c' THEN 'it is marked NO INHERIT'
                WHEN condeferrable AND contype IN ('p', 'u') THEN 'it is DEFERRABLE'
                WHEN conrelid = confrelid THEN 'it makes the table reference itself'
                ELSE 'it is NOT VALID' END,
           CASE WHEN contype = 'x' OR conrelid = confrelid THEN format('ALTER TABLE %s DROP CONSTRAINT %I', t.name, conname)
                WHEN NOT convalidated THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', t.name, conname)
                ELSE 're-create it without' END
    FROM t JOIN pg_constraint k ON k.conrelid = t.oid AND k.conname <> 'rssctl_bound'
    WHERE contype = 'x' OR connoinherit AND contype = 'c' OR condeferrable AND contype IN ('p', 'u')
       OR NOT convalidated OR conrelid = confrelid
    UNION ALL
    SELECT 3, format('constraint %I of %s', k.conname, k.conrelid::regclass),
           CASE WHEN cardinality($3::text[]) = 0 THEN 'it references the table, and a foreign key needs a unique key'
                WHEN c.relkind = 'p' THEN 'a partitioned table references the table'
                WHEN NOT k.convalidated THEN 'it is NOT VALID'
                WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN 'this role does not own its table'
                ELSE 'it references columns that are not unique by themselves' END,
           CASE WHEN cardinality($3::text[]) = 0 THEN '--global-unique keeps one, in a key registry'
                WHEN c.relkind = 'p' THEN 'drop it'
                WHEN NOT k.convalidated THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)
                WHEN NOT pg_has_role(c.relowner, 'USAGE') THEN 'use the role ' || pg_get_userbyid(c.relowner)
                ELSE 'name the column: --global-unique' END
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND k.confrelid = $1::oid AND k.conrelid <> $1::oid AND k.conparentid = 0
      AND k.conname NOT LIKE 'rssctl\_convert\_%'
      AND (cardinality($3::text[]) = 0 OR c.relkind = 'p' OR NOT k.convalidated OR NOT pg_has_role(c.relowner, 'USAGE')
           OR cardinality(k.confkey) <> 1
           OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum = k.confkey[1]
                                                       AND a.attname = ANY ($3::text[])))
    UNION ALL
    SELECT 4, format('index %s', r.indexrelid::regclass),
           CASE WHEN i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR i.indnkeyatts <> 1
                THEN format('it is unique without %I', $2)
                ELSE format('it is unique, and %I is not in it', $2) END,
           CASE WHEN i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR i.indnkeyatts <> 1
                THEN 'a key registry keeps single columns unique: drop the index, or make it not unique'
                ELSE format('--global-unique keeps %s unique over all partitions, in a key registry', a.attname) END
    FROM replaced r JOIN pg_index i ON i.indexrelid = r.indexrelid
    LEFT JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = i.indkey[0]
    WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR i.indnkeyatts <> 1 OR NOT coalesce(a.attname = ANY ($3::text[]), false))
      AND NOT (i.indisprimary AND cardinality($3::text[]) = 0)
    UNION ALL
    SELECT 4, format('index %s', i.indexrelid::regclass), 'it is invalid', format('DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass)
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = $1::oid AND NOT i.indisvalid
    UNION ALL
    SELECT 4, format('index %s', i.indexrelid::regclass), 'it is the replica identity, and will be gone',
           format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', t.name)
    FROM t JOIN pg_index i ON i.indrelid = t.oid AND i.indisreplident JOIN replaced r ON r.indexrelid = i.indexrelid
    WHERE t.relreplident = 'i'
    UNION ALL
    -- Columns that are to stay unique.
    SELECT 5, format('column %I', u.name), 'the column does not exist, or is not unique now',
           format('CREATE UNIQUE INDEX CONCURRENTLY ON %s (%I)', t.name, u.name)
    FROM t, unnest($3::text[]) AS u (name)
    WHERE NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                      WHERE i.indrelid = t.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
                        AND i.indpred IS NULL AND i.indexprs IS NULL AND a.attname = u.name)
    UNION ALL
    SELECT 5, format('column %I', ($3::text[])[1]), 'the first column of --global-unique must be the primary key',
           'name the column of the primary key first'
    FROM t
    WHERE cardinality($3::text[]) > 0
      AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                      WHERE i.indrelid = t.oid AND i.indisprimary AND i.indnkeyatts = 1 AND a.attname = ($3::text[])[1])
    UNION ALL
    -- What depends on it.
    SELECT 6, format('materialized view %s', v.oid::regclass), 'it reads the table, and cannot be made to read another one',
           format('drop it, and re-create it afterwards')
    FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND v.relkind = 'm'
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, 0), 'this role does not own it', 'use the role ' || pg_get_userbyid(v.relowner)
    FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND v.relkind = 'v' AND NOT pg_has_role(v.relowner, 'USAGE')
    UNION ALL
    SELECT 6, format('rule %I on %s', r.rulename, r.ev_class::regclass), 'it is not enabled as rules are', 'enable or drop it'
    FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND r.ev_enabled <> 'O'
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, d.objsubid), 'it uses the row type of the table',
           'use columns in its place, or drop it and re-create it afterwards'
    FROM pg_depend d JOIN types y ON d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid
    WHERE d.deptype <> 'i' AND NOT (d.classid = 'pg_class'::regclass AND d.objid = $1::oid)
      AND NOT (d.classid = 'pg_type'::regclass AND d.objid IN (SELECT oid FROM types))
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, 0), 'it is of another table and reads this one',
           'drop it, and re-create it afterwards'
    FROM pg_depend d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND p.polrelid <> $1::oid
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, 0), 'it depends on a key that will be another one',
           'write it without: name all columns in GROUP BY'
    FROM replaced r JOIN pg_depend d ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = r.conid
    WHERE d.deptype = 'n' AND d.classid <> 'pg_constraint'::regclass
    UNION ALL
    SELECT 6, t.name, format('it belongs to the extension %I', e.extname), 'ALTER EXTENSION … DROP TABLE'
    FROM t JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e'
    JOIN pg_extension e ON e.oid = d.refobjid
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, d.objsubid), 'it depends on the table in a way that is not known here',
           'drop it, and re-create it afterwards'
    FROM pg_depend d
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND d.deptype IN ('n', 'a', 'x')
      AND d.classid NOT IN ('pg_constraint'::regclass, 'pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_trigger'::regclass,
                            'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_statistic_ext'::regclass,
                            'pg_publication_rel'::regclass, 'pg_proc'::regclass)
    UNION ALL
    SELECT 6, pg_describe_object(d.classid, d.objid, d.objsubid), 'it depends on the table in a way that is not known here',
           'drop it, and re-create it afterwards'
    FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND d.deptype IN ('n', 'a', 'x') AND d.objid <> $1::oid
      AND c.relkind NOT IN ('i', 'S') AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = d.objid)
    UNION ALL
    SELECT 6, t.name, 'it has security labels', 'SECURITY LABEL … IS NULL'
    FROM t WHERE EXISTS (SELECT FROM pg_seclabel s WHERE s.classoid = 'pg_class'::regclass AND s.objoid = t.oid)
    UNION ALL
    -- Triggers.
    SELECT 7, format('trigger %I', tgname), 'a row trigger of a partitioned table cannot have transition tables',
           'make it a statement trigger'
    FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgtype & 1 = 1 AND (tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL)
    UNION ALL
    SELECT 7, format('trigger %I', tgname), format('it would fire after %I, which must see the final row', $4::text),
           'give it a name that comes before'
    FROM pg_trigger
    WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgtype & 19 = 19 AND tgname > $4::text
    UNION ALL
    SELECT 7, format('trigger %I on %s', g.tgname, g.tgrelid::regclass), 'it is of another table and depends on this one',
           'drop it, and re-create it afterwards'
    FROM pg_depend d JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND g.tgrelid <> $1::oid AND NOT g.tgisinternal
    UNION ALL
    -- Replication.
    SELECT 8, format('publication %I', p.pubname), 'subscribers would be sent the names of partitions, which they do not have',
           format('ALTER PUBLICATION %I SET (publish_via_partition_root = true)', p.pubname)
    FROM pg_publication p
    WHERE NOT p.pubviaroot
      AND (p.puballtables OR EXISTS (SELECT FROM pg_publication_tables v, t JOIN pg_namespace n ON n.oid = t.relnamespace
                                     WHERE v.pubname = p.pubname AND v.schemaname = n.nspname AND v.tablename = t.relname))
    UNION ALL
    SELECT 8, t.name, 'a subscription writes to it', 'ALTER SUBSCRIPTION … DISABLE and drop it'
    FROM t WHERE EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = t.oid)
) AS refusals
ORDER BY rank, object, problem
