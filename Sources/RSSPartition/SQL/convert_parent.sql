-- What a partitioned table takes over from the plain one besides what CREATE TABLE (LIKE …) copies.
--
-- Parameters:
--   $1  bigint  the plain table
--   $2  text    the quoted name of the partitioned one
--
-- One column: the statements in order.

SELECT statement FROM (
    SELECT 1 AS step, 0::bigint AS n, format('ALTER TABLE %s OWNER TO %I', $2::text, pg_get_userbyid(relowner)) AS statement
    FROM pg_class WHERE oid = $1::oid AND pg_get_userbyid(relowner) <> current_user
    UNION ALL
    -- Default privileges may have granted something: all goes, and comes as the plain table has it.
    SELECT 2, 0, format('REVOKE ALL ON %s FROM PUBLIC, %s', $2::text,
                        (SELECT string_agg(DISTINCT quote_ident(r.rolname), ', ') FROM pg_roles r
                         WHERE r.oid = c.relowner OR r.oid IN (
                             SELECT e.grantee FROM pg_default_acl d, aclexplode(d.defaclacl) e
                             WHERE d.defaclobjtype = 'r')))
    FROM pg_class c WHERE c.oid = $1::oid AND c.relacl IS NOT NULL
    UNION ALL
    SELECT 3, min(e.n), format('GRANT %s ON %s TO %s%s', string_agg(e.privilege_type, ', ' ORDER BY e.n), $2::text,
                               CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                               CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class c, aclexplode(c.relacl) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, n)
    WHERE c.oid = $1::oid
    GROUP BY e.grantee, e.is_grantable
    UNION ALL
    SELECT 4, a.attnum * 1000 + min(e.n), format('GRANT %s ON %s TO %s%s', string_agg(format('%s (%I)', e.privilege_type, a.attname), ', ' ORDER BY e.n), $2::text,
                               CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                               CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_attribute a, aclexplode(a.attacl) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, n)
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    GROUP BY a.attnum, e.grantee, e.is_grantable
    UNION ALL
    SELECT 5, attnum, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', $2::text, attname, attstattarget)
    FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped AND attstattarget >= 0
    UNION ALL
    -- Options that begin with pg_ are the server's own.
    SELECT 6, attnum, format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', $2::text, attname, string_agg(o, ', '))
    FROM pg_attribute, unnest(attoptions) o
    WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped AND o NOT LIKE 'pg\_%'
    GROUP BY attnum, attname
    UNION ALL
    SELECT 7, 0, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $2::text) FROM pg_class WHERE oid = $1::oid AND relrowsecurity
    UNION ALL
    SELECT 7, 1, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', $2::text) FROM pg_class WHERE oid = $1::oid AND relforcerowsecurity
    UNION ALL
    SELECT 8, 0, format('ALTER TABLE %s REPLICA IDENTITY %s', $2::text, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
    FROM pg_class WHERE oid = $1::oid AND relreplident IN ('f', 'n')
    UNION ALL
    -- The same keys: ATTACH then takes those of the plain table over, and checks no row.
    SELECT 9, row_number() OVER (ORDER BY conname), format('ALTER TABLE %s ADD CONSTRAINT %I %s', $2::text, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'f' AND conparentid = 0
    UNION ALL
    SELECT 10, row_number() OVER (ORDER BY conname), format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, $2::text, obj_description(oid, 'pg_constraint'))
    FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'f' AND obj_description(oid, 'pg_constraint') IS NOT NULL
) AS statements
ORDER BY step, n
