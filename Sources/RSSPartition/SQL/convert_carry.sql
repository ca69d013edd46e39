-- What is bound to a table and is to be bound to the one that takes over its name. The definitions name the table by its
-- name: run after the renaming, they mean the new one. To be read with an empty search_path, so that every name in them
-- is written in full.
--
-- Parameters:
--   $1  bigint  the table that has the name now
--   $2  text    its quoted name, with the schema
--   $3  text    the quoted name that it will have, with the schema
--   $4  boolean whether the other one lacks policies, statistics and the comment on the table
--   $5  text    the name of the key registry, whose triggers are left out; NULL to leave none out
--
-- Columns:
--   phase       1 to be run before the renaming, 2 after it, 3 after the former table is attached, where it is
--   statement   in order

WITH names AS (SELECT $2::text AS name, $3::text AS other), views AS MATERIALIZED (
    SELECT DISTINCT v.oid, v.relname, n.nspname, v.reloptions, format('%I.%I', n.nspname, v.relname) AS name
    FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND v.relkind = 'v' AND r.rulename = '_RETURN'
), rules AS MATERIALIZED (
    SELECT DISTINCT r.oid, r.rulename, r.ev_class FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND r.rulename <> '_RETURN'
), triggers AS MATERIALIZED (
    SELECT g.oid, g.tgname, g.tgenabled, g.tgname = ANY (ARRAY[$5 || '_insert', 'zz_' || $5 || '_update', $5 || '_delete', $5 || '_truncate']) AS is_ours
    FROM pg_trigger g WHERE g.tgrelid = $1::oid AND NOT g.tgisinternal
), publications AS MATERIALIZED (
    -- Row filters and lists of columns are there from PostgreSQL 15 on: read as JSON, what is missing is NULL.
    SELECT p.pubname, to_jsonb(v) ->> 'rowfilter' AS filter, nullif(to_jsonb(r) -> 'prattrs', 'null') AS columns
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
    JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_publication_tables v ON v.pubname = p.pubname AND v.schemaname = n.nspname AND v.tablename = c.relname
    WHERE r.prrelid = $1::oid
), identities AS MATERIALIZED (
    SELECT a.attname, a.attidentity, c.relname, format('%I.%I', n.nspname, c.relname) AS sequence,
           format('%I.%I', n.nspname, left('rssctl_old_' || c.relname, 63)) AS old_sequence, s.*, c.relacl, c.relowner
    FROM pg_attribute a
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
                    AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
    JOIN pg_sequence s ON s.seqrelid = d.objid JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attrelid = $1::oid AND a.attidentity <> ''
), statements AS (
    -- A partition gets the row triggers of the whole, and none by the same name may be there already.
    SELECT 1 AS phase, 1 AS step, format('DROP TRIGGER %I ON %s', tgname, name) AS statement FROM triggers, names
    UNION ALL
    SELECT 1, 2, format('DROP RULE %I ON %s', rulename, name) FROM rules, names WHERE ev_class = $1::oid
    UNION ALL
    SELECT 1, 3, format('ALTER PUBLICATION %I DROP TABLE %s', pubname, name) FROM publications, names
    UNION ALL
    SELECT 1, 4, format('ALTER SEQUENCE %s RENAME TO %I', sequence, left('rssctl_old_' || relname, 63)) FROM identities
    UNION ALL
    SELECT 3, 1, format('CREATE OR REPLACE VIEW %s%s AS %s', name,
                            CASE WHEN reloptions IS NULL THEN '' ELSE format(' WITH (%s)', array_to_string(reloptions, ', ')) END,
                            rtrim(pg_get_viewdef(oid), ';'))
    FROM views
    UNION ALL
    SELECT 3, 2, regexp_replace(rtrim(pg_get_ruledef(oid), ';'), '^CREATE RULE', 'CREATE OR REPLACE RULE') FROM rules
    UNION ALL
    SELECT DISTINCT 3, 3, pg_get_functiondef(p.oid)
    FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid
    UNION ALL
    SELECT 3, 4, pg_get_triggerdef(oid) FROM triggers WHERE is_ours IS NOT true
    UNION ALL
    SELECT 3, 5, format('ALTER TABLE %s %s TRIGGER %I', name,
                            CASE tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, tgname)
    FROM triggers, names WHERE tgenabled <> 'O' AND is_ours IS NOT true
    UNION ALL
    SELECT 3, 6, format('COMMENT ON TRIGGER %I ON %s IS %L', tgname, name, obj_description(oid, 'pg_trigger'))
    FROM triggers, names WHERE obj_description(oid, 'pg_trigger') IS NOT NULL AND is_ours IS NOT true
    UNION ALL
    SELECT 3, 7, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, name,
                            CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                            CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                            (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(polroles) r),
                            ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')
    FROM pg_policy, names WHERE polrelid = $1::oid AND $4
    UNION ALL
    SELECT 3, 8, format('COMMENT ON POLICY %I ON %s IS %L', polname, name, obj_description(oid, 'pg_policy'))
    FROM pg_policy, names WHERE polrelid = $1::oid AND $4 AND obj_description(oid, 'pg_policy') IS NOT NULL
    UNION ALL
    SELECT 3, 9, format('ALTER PUBLICATION %I ADD TABLE %s%s%s', pubname, name,
                            CASE WHEN columns IS NULL THEN '' ELSE format(' (%s)', (
                                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FROM jsonb_array_elements_text(columns) WITH ORDINALITY AS u (attnum, n)
                                JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = u.attnum::smallint)) END,
                            ' WHERE (' || filter || ')')
    FROM publications, names
    UNION ALL
    -- A sequence of its own, as serial makes it.
    SELECT 3, 10, format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname, names.name, a.attname)
    FROM names, pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'S'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND d.deptype = 'a'
    UNION ALL
    -- The sequence of an identity column cannot be carried over: the new one continues at its value. From PostgreSQL 17 on a
    -- table with an identity of its own cannot be attached.
    SELECT 2, 11, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (SEQUENCE NAME %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s)',
                             name, attname, CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, sequence,
                             seqstart, seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END)
    FROM identities, names
    UNION ALL
    SELECT 2, 12, format('SELECT pg_catalog.setval(%L, last_value, is_called) FROM %s', sequence, old_sequence) FROM identities
    UNION ALL
    SELECT 2, 13, format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', other, attname) FROM identities, names
    UNION ALL
    SELECT 3, 14, format('GRANT %s ON SEQUENCE %s TO %s%s', string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type), sequence,
                             CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                             CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM identities, aclexplode(relacl) e WHERE e.grantee <> relowner GROUP BY sequence, e.grantee, e.is_grantable
    UNION ALL
    SELECT 3, 15, format('COMMENT ON SEQUENCE %s IS %L', sequence, obj_description(seqrelid, 'pg_class'))
    FROM identities WHERE obj_description(seqrelid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 3, 16, format('COMMENT ON TABLE %s IS %L', name, obj_description($1::oid, 'pg_class')) FROM names WHERE $4
    UNION ALL
    SELECT 3, 17, format('CREATE STATISTICS %I.%I%s ON %s FROM %s', n.nspname, s.stxname,
                             CASE WHEN s.stxkind = '{e}' THEN '' ELSE ' (' || (
                                 SELECT string_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' ELSE 'mcv' END, ', ' ORDER BY k)
                                 FROM unnest(s.stxkind) k WHERE k <> 'e') || ')' END,
                             pg_get_statisticsobjdef_columns(s.oid), names.name)
    FROM names, pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = $1::oid AND $4
    UNION ALL
    SELECT 3, 18, format('ALTER STATISTICS %I.%I OWNER TO %I', n.nspname, s.stxname, pg_get_userbyid(s.stxowner))
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE s.stxrelid = $1::oid AND $4 AND pg_get_userbyid(s.stxowner) <> current_user
    UNION ALL
    SELECT 3, 19, format('ALTER STATISTICS %I.%I SET STATISTICS %s', n.nspname, s.stxname, s.stxstattarget)
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = $1::oid AND $4 AND s.stxstattarget >= 0
    UNION ALL
    SELECT 3, 20, format('COMMENT ON STATISTICS %I.%I IS %L', n.nspname, s.stxname, obj_description(s.oid, 'pg_statistic_ext'))
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
    WHERE s.stxrelid = $1::oid AND $4 AND obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL
    UNION ALL
    SELECT 3, 21, format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', name, c.relname)
    FROM names, pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE i.indrelid = $1::oid AND i.indisreplident AND t.relreplident = 'i' AND $4
)
SELECT phase, statement FROM statements ORDER BY phase, step, statement
