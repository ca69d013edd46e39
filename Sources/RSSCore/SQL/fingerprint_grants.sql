-- Grants for a fingerprint: what differs from the privileges that an object of its kind has from the start. Who granted
-- a privilege does not count, nor in which order; and a list of privileges that equals the default counts as none.
--
-- Columns:
--   class, object  OIDs of the catalog and of the object in it
--   column_name    the column, quoted, where the grant is on a column
--   grantee        the role, quoted, or PUBLIC
--   privileges     what the role may do; NULL where it no longer has what it would have from the start

WITH acl (class, object, column_name, kind, owner, list) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, NULL::text, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
           c.relowner, c.relacl
    FROM pg_class c WHERE c.relacl IS NOT NULL AND c.oid >= 16384 AND NOT c.relispartition
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, quote_ident(a.attname), 'c', c.relowner, a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND c.oid >= 16384 AND NOT a.attisdropped AND NOT c.relispartition
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, NULL, 'f', proowner, proacl FROM pg_proc WHERE proacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, NULL, 'n', nspowner, nspacl FROM pg_namespace WHERE nspacl IS NOT NULL
    UNION ALL
    SELECT 'pg_type'::regclass, oid, NULL, 'T', typowner, typacl FROM pg_type WHERE typacl IS NOT NULL AND oid >= 16384
    UNION ALL
    SELECT 'pg_language'::regclass, oid, NULL, 'l', lanowner, lanacl FROM pg_language WHERE lanacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, NULL, 'F', fdwowner, fdwacl
    FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, NULL, 'S', srvowner, srvacl
    FROM pg_foreign_server WHERE srvacl IS NOT NULL
), privilege AS (
    SELECT a.class, a.object, a.column_name, e.grantee, e.privilege_type, bool_or(e.is_grantable) AS is_grantable, side
    FROM acl a
    CROSS JOIN LATERAL (SELECT 'now' AS side, x.* FROM aclexplode(a.list) AS x
                        UNION ALL
                        SELECT 'start', x.* FROM aclexplode(acldefault(a.kind, a.owner)) AS x) AS e
    GROUP BY a.class, a.object, a.column_name, e.grantee, e.privilege_type, side
), side AS (
    SELECT class, object, column_name, grantee,
           string_agg(privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
                      ORDER BY privilege_type COLLATE "C") FILTER (WHERE side = 'now') AS privileges,
           string_agg(privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
                      ORDER BY privilege_type COLLATE "C") FILTER (WHERE side = 'start') AS from_the_start
    FROM privilege
    GROUP BY class, object, column_name, grantee
)
SELECT class, object, column_name,
       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
       privileges
FROM side
WHERE privileges IS DISTINCT FROM from_the_start
