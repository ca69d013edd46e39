-- The functions that the backend's call can reach along a path, in its order, and those that rssctl has kept there.
--
-- Parameters: $1 text[], the schemas of the path. $2 text, the body of rssctl's own function. $3 text[], the names of its
-- arguments and columns.
--
-- Columns:
--   oid, schema (as SQL quotes it)
--   generation    0 for a function of the name; for one that was kept its number, from 1
--   types         as SQL writes them
--   is_own        whether it is rssctl's own, with all its properties
--   has_own_types whether its arguments have the types of rssctl's own
--   is_definer    whether it runs with its owner's rights
--   extension     the one that it belongs to
--   owner         as SQL quotes it
--   is_mine       whether the role itself owns it
--   comment
--   has_grants    whether its privileges were changed
--   grants        text[], each as GRANT ends after TO
--   dependents    text[], what was made with it and uses it also under another name

WITH path AS (
    SELECT n.oid, n.nspname, min(u.place) AS place
    FROM unnest($1::text[]) WITH ORDINALITY AS u (schema, place)
    JOIN pg_namespace n ON n.nspname = CASE u.schema WHEN '$user' THEN current_user::text ELSE u.schema END
    WHERE n.nspname !~ '^pg_'
    GROUP BY n.oid, n.nspname
)
SELECT p.oid::bigint AS oid,
       quote_ident(path.nspname) AS schema,
       CASE WHEN p.proname = 'get_visit_reports_optimized' THEN 0
            ELSE coalesce(substring(p.proname FROM '_([0-9]+)$')::int, 1) END AS generation,
       oidvectortypes(p.proargtypes) AS types,
       l.lanname = 'plpgsql' AND p.prosrc = $2::text AND p.proargnames = $3::text[] AND p.pronargdefaults = 8
           AND p.provolatile = 's' AND NOT p.prosecdef AND NOT p.proisstrict AND p.proconfig = '{jit=off}'
           AND t.is_own AND pg_get_function_result(p.oid) = 'TABLE(total_count bigint, visit_data jsonb)' AS is_own,
       t.is_own AS has_own_types,
       p.prosecdef AS is_definer,
       (SELECT quote_ident(e.extname) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass
          AND d.deptype = 'e') AS extension,
       quote_ident(pg_get_userbyid(p.proowner)) AS owner,
       pg_get_userbyid(p.proowner) = current_user AS is_mine,
       obj_description(p.oid, 'pg_proc') AS comment,
       p.proacl IS NOT NULL AS has_grants,
       (SELECT coalesce(array_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
               || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END ORDER BY a.grantee), '{}')
        FROM (SELECT x.grantee, bool_or(x.is_grantable) AS is_grantable FROM aclexplode(p.proacl) x
              WHERE x.grantee <> p.proowner GROUP BY 1) a)::text[] AS grants,
       (SELECT coalesce(array_agg(DISTINCT pg_describe_object(d.classid, d.objid, 0)), '{}') FROM pg_depend d
        WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype = 'n')::text[] AS dependents
FROM pg_proc p
JOIN path ON path.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
CROSS JOIN LATERAL (
    SELECT oidvectortypes(p.proargtypes) = 'uuid, uuid, uuid, character varying, date, date, text, integer, integer' AS is_own
) t
WHERE p.prokind = 'f'
  AND (p.proname = 'get_visit_reports_optimized' AND p.pronargs >= 9 AND p.pronargs - p.pronargdefaults <= 9
       OR p.proname ~ '^rssctl_old_get_visit_reports_optimized(_[0-9]{1,6})?$')
ORDER BY path.place, 3, 4
