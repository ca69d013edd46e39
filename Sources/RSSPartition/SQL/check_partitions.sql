-- Problems of the partitions of a table, from the catalog alone.
--
-- Parameters:
--   $1  oid     the partitioned table
--   $2  text[]  storage parameters that new partitions are given
--
-- Columns:
--   check, severity, object, detail, measured, threshold, fix   a finding; fix is SQL, or NULL where the caller knows better

WITH parent AS (
    SELECT c.oid, c.relname, c.relnamespace, c.relowner, c.relacl, c.relrowsecurity, c.relreplident, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = $1::oid
), leaf AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relowner, c.relacl, c.relkind, c.relrowsecurity, c.relreplident, c.reloptions, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_inherits h
    JOIN pg_class c ON c.oid = h.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE h.inhparent = $1::oid
), leaf_index AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, i.indisvalid AND i.indisready AS is_valid, h.inhparent, x.relname, x.relnamespace
    FROM leaf
    JOIN pg_index i ON i.indrelid = leaf.oid AND i.indislive
    JOIN pg_class x ON x.oid = i.indexrelid
    LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
), finding AS (
    SELECT 'partition.index_missing' AS check, 'warning' AS severity, p.indexrelid::regclass::text AS object,
           ARRAY(SELECT leaf.name FROM leaf
                 WHERE leaf.relkind <> 'f'
                   AND NOT EXISTS (SELECT FROM leaf_index l WHERE l.indrelid = leaf.oid AND l.inhparent = p.indexrelid)
                 ORDER BY leaf.name) AS names,
           'lack it' AS what,
           -- A unique one may never be built: rows have a key twice.
           CASE WHEN p.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = p.indexrelid)
                THEN (SELECT format('%I.%I', n.nspname, x.relname) FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace
                      WHERE x.oid = p.indexrelid) END AS fix
    FROM pg_index p
    WHERE p.indrelid = $1::oid AND NOT p.indisvalid
    UNION ALL
    SELECT 'partition.index_invalid', 'warning', format('%I.%I', n.nspname, l.relname), ARRAY[leaf.name],
           CASE WHEN l.inhparent IS NULL THEN 'has it, invalid: no query uses it, and every write pays for it' ELSE 'has it, invalid' END,
           CASE WHEN l.relname ~ '_cc(new|old)[0-9]*$' THEN format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, l.relname)
                ELSE format('REINDEX INDEX CONCURRENTLY %I.%I', n.nspname, l.relname) END
    FROM leaf_index l
    JOIN leaf ON leaf.oid = l.indrelid
    JOIN pg_namespace n ON n.oid = l.relnamespace
    WHERE NOT l.is_valid AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index b WHERE b.relid = l.indrelid)
    UNION ALL
    SELECT 'partition.constraint_not_valid', 'warning', format('%s.%I', k.conrelid::regclass, k.conname), '{}',
           format('%s is NOT VALID: %s', CASE k.contype WHEN 'f' THEN 'The foreign key' ELSE 'The check' END, left(pg_get_constraintdef(k.oid), 200)),
           format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)
    FROM pg_constraint k
    WHERE NOT k.convalidated AND k.contype IN ('c', 'f') AND k.conparentid = 0 AND (k.contype = 'f' OR k.coninhcount = 0)
      AND (k.conrelid = $1::oid OR k.confrelid = $1::oid OR k.conrelid IN (SELECT oid FROM leaf))
    UNION ALL
    SELECT 'partition.drift_owner', 'warning', parent.name, array_agg(leaf.name ORDER BY leaf.name),
           format('belong to another than %s', pg_get_userbyid(parent.relowner)),
           string_agg(format('ALTER TABLE %s OWNER TO %I', leaf.name, pg_get_userbyid(parent.relowner)), '; ' ORDER BY leaf.name)
    FROM parent JOIN leaf ON leaf.relowner <> parent.relowner
    GROUP BY parent.name, parent.relowner
    UNION ALL
    SELECT 'partition.drift_grants', 'warning', parent.name, array_agg(DISTINCT g.leaf),
           'have other grants than the table', string_agg(g.statement, '; ' ORDER BY g.leaf, g.statement)
    FROM parent
    CROSS JOIN LATERAL (
        SELECT leaf.name AS leaf,
               format('GRANT %s ON %s TO %s%s', w.privilege_type, leaf.name, CASE w.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(w.grantee)) END,
                      CASE WHEN w.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
        FROM leaf CROSS JOIN LATERAL aclexplode(parent.relacl) AS w
        WHERE w.grantee <> parent.relowner AND leaf.relacl IS DISTINCT FROM parent.relacl
          AND NOT EXISTS (SELECT FROM aclexplode(leaf.relacl) h WHERE (h.grantee, h.privilege_type) = (w.grantee, w.privilege_type) AND h.is_grantable >= w.is_grantable)
        UNION ALL
        SELECT leaf.name,
               format('REVOKE %s ON %s FROM %s', h.privilege_type, leaf.name, CASE h.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(h.grantee)) END)
        FROM leaf CROSS JOIN LATERAL aclexplode(leaf.relacl) AS h
        WHERE h.grantee NOT IN (leaf.relowner, parent.relowner) AND leaf.relacl IS DISTINCT FROM parent.relacl
          AND NOT EXISTS (SELECT FROM aclexplode(parent.relacl) w WHERE (h.grantee, h.privilege_type) = (w.grantee, w.privilege_type))
    ) AS g
    GROUP BY parent.name
    UNION ALL
    SELECT 'partition.drift_row_security', 'warning', parent.name, array_agg(leaf.name ORDER BY leaf.name),
           'can be read past the row security of the table',
           string_agg(format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', leaf.name), '; ' ORDER BY leaf.name)
    FROM parent JOIN leaf ON parent.relrowsecurity AND NOT leaf.relrowsecurity
    GROUP BY parent.name
    UNION ALL
    SELECT 'partition.drift_replica_identity', 'warning', parent.name, array_agg(leaf.name ORDER BY leaf.name),
           'have another replica identity than the table',
           string_agg(format('ALTER TABLE %s REPLICA IDENTITY %s', leaf.name,
                             CASE parent.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
                                  WHEN 'i' THEN (SELECT format('USING INDEX %I', l.relname) FROM leaf_index l JOIN pg_index p ON p.indexrelid = l.inhparent
                                                 WHERE l.indrelid = leaf.oid AND p.indisreplident)
                                  ELSE 'DEFAULT' END), '; ' ORDER BY leaf.name)
    FROM parent JOIN leaf ON leaf.relreplident <> parent.relreplident AND leaf.relkind = 'r'
    GROUP BY parent.name
    UNION ALL
    SELECT 'partition.drift_publication', 'warning', parent.name, array_agg(leaf.name ORDER BY leaf.name),
           format('are not in the publication %I, which has the others', p.pubname),
           string_agg(format('ALTER PUBLICATION %I ADD TABLE %s', p.pubname, leaf.name), '; ' ORDER BY leaf.name)
    FROM pg_publication p
    CROSS JOIN parent
    JOIN leaf ON leaf.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = leaf.oid)
    WHERE NOT p.puballtables
      AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = $1::oid)
      -- Schemas are published from PostgreSQL 15 on, and their catalog is there from then on: so it is asked by its entries in
      -- pg_depend.
      AND NOT EXISTS (SELECT FROM pg_depend s JOIN pg_depend q ON q.classid = s.classid AND q.objid = s.objid
                      WHERE s.classid = to_regclass('pg_catalog.pg_publication_namespace')
                        AND s.refclassid = 'pg_namespace'::regclass AND s.refobjid = parent.relnamespace
                        AND q.refclassid = 'pg_publication'::regclass AND q.refobjid = p.oid)
      AND EXISTS (SELECT FROM pg_publication_rel r JOIN leaf o ON o.oid = r.prrelid WHERE r.prpubid = p.oid)
    GROUP BY parent.name, p.pubname
    UNION ALL
    SELECT 'partition.drift_storage', 'info', parent.name, array_agg(leaf.name ORDER BY leaf.name),
           'have other storage parameters than the policy',
           string_agg(format('ALTER TABLE %s SET (%s)', leaf.name, array_to_string($2::text[], ', ')), '; ' ORDER BY leaf.name)
    FROM parent JOIN leaf ON NOT coalesce(leaf.reloptions, '{}') @> $2::text[] AND leaf.relkind = 'r'
    GROUP BY parent.name
    UNION ALL
    -- A registry is beside its table and is maintained by row triggers that have its name: without them keys are lost.
    SELECT 'partition.trigger', CASE WHEN bool_or(t.is_registry) THEN 'critical' ELSE 'warning' END, parent.name, array_agg(DISTINCT leaf.name),
           format('lack the trigger %s of the table, or have it disabled', string_agg(DISTINCT quote_ident(t.tgname), ', ')),
           string_agg(CASE WHEN own.oid IS NOT NULL THEN format('ALTER TABLE %s ENABLE TRIGGER %I', leaf.name, t.tgname) END, '; ' ORDER BY leaf.name, t.tgname)
    FROM parent
    CROSS JOIN LATERAL (
        SELECT g.*, EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = parent.relnamespace AND r.relkind = 'r'
                              AND r.relname = regexp_replace(g.tgname, '^(zz_)?(.*)_(insert|update|delete)$', '\2')) AS is_registry
        FROM pg_trigger g
        WHERE g.tgrelid = $1::oid AND NOT g.tgisinternal AND (g.tgtype & 1) = 1
    ) AS t
    CROSS JOIN leaf
    LEFT JOIN pg_trigger own ON own.tgrelid = leaf.oid AND own.tgparentid = t.oid
    WHERE leaf.relkind = 'r' AND t.tgenabled NOT IN ('D', 'R') AND coalesce(own.tgenabled, 'D') IN ('D', 'R')
    GROUP BY parent.name
    UNION ALL
    SELECT 'partition.trigger', 'critical', parent.name, '{}', format('The trigger %I is disabled', g.tgname),
           format('ALTER TABLE %s ENABLE TRIGGER %I', parent.name, g.tgname)
    FROM parent
    JOIN pg_trigger g ON g.tgrelid = parent.oid AND NOT g.tgisinternal AND (g.tgtype & 1) = 1 AND g.tgenabled IN ('D', 'R')
    WHERE EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = parent.relnamespace AND r.relkind = 'r'
                    AND r.relname = regexp_replace(g.tgname, '^(zz_)?(.*)_(insert|update|delete)$', '\2'))
)
SELECT f.check, f.severity, f.object,
       CASE cardinality(f.names) WHEN 0 THEN f.what || '.'
            ELSE format('%s of %s partitions %s: %s%s.', cardinality(f.names), (SELECT count(*) FROM leaf), f.what, array_to_string(f.names[1:3], ', '),
                        CASE WHEN cardinality(f.names) > 3 THEN format(' and %s more', cardinality(f.names) - 3) ELSE '' END) END AS detail,
       greatest(cardinality(f.names), 1)::float8 AS measured, 0::float8 AS threshold, f.fix
FROM finding f
WHERE NOT (f.check = 'partition.index_missing' AND cardinality(f.names) = 0)
ORDER BY 1, 3
