-- The functions, or the view, of a name: how a statement names each, its owner, comment and grants, whether this
-- transaction has made or changed it, and whether it is the one of the signature.
-- $1 schema, $2 name, $3 'FUNCTION' or 'VIEW', $4 oid of the function that has the signature, or NULL
WITH object AS (
    SELECT p.oid, 'pg_proc'::regclass AS class, p.proowner AS owner, p.proacl AS acl, p.pronamespace AS namespace,
           format('%s %I.%I(%s)', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
                  n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS identity,
           p.xmin, p.oid = $4::bigint::oid AS is_same
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE $3 = 'FUNCTION' AND p.proname = $2 AND n.nspname = $1
    UNION ALL
    SELECT c.oid, 'pg_class'::regclass, c.relowner, c.relacl, c.relnamespace,
           format('%s %I.%I', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, n.nspname, c.relname),
           c.xmin, true
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE $3 = 'VIEW' AND c.relkind IN ('v', 'm') AND c.relname = $2 AND n.nspname = $1
)
SELECT o.identity, pg_get_userbyid(o.owner)::text AS owner, obj_description(o.oid, o.class::text) AS comment,
       o.acl IS NOT NULL AS has_grants,
       coalesce((SELECT array_agg(format('%s TO %s%s', g.privilege_type, CASE g.grantee WHEN 0 THEN 'PUBLIC'
                     ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                     CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) ORDER BY 1)
                 FROM aclexplode(o.acl) g), '{}')::text[] AS grants,
       coalesce((SELECT array_agg(DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END)
                 FROM aclexplode(o.acl) g), '{}')::text[] AS grantees,
       o.xmin = pg_current_xact_id()::xid AS is_fresh, coalesce(o.is_same, false) AS is_same
FROM object o
ORDER BY o.identity;
