-- Functions and operators in the schemas of a path ($1) that have the name of one of pg_catalog's, or of one on the path that is
-- trusted (an extension's, the session's own), and belong to a role whose code
-- must not run with the rights of the session: neither a superuser nor the session's own role, nor, for a session that is not a
-- superuser, the owner of the database. PostgreSQL takes what fits the arguments best, wherever on the path it is.
--
-- Columns: what it is, as DROP takes it; its owner.
WITH path AS (
    SELECT n.oid FROM unnest($1::text[]) AS p (schema)
    JOIN pg_namespace n ON n.nspname = CASE p.schema WHEN '$user' THEN current_user::text ELSE p.schema END
    WHERE n.nspname <> 'pg_catalog'
), trusted AS (
    SELECT r.oid FROM pg_roles r
    WHERE r.rolsuper OR r.rolname IN (current_user, session_user)
       OR NOT current_setting('is_superuser')::boolean
          AND r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
)
SELECT found.what, pg_get_userbyid(found.owner)::text AS owner
FROM (
    SELECT format('OPERATOR %s', o.oid::regoperator) AS what, o.oprowner AS owner
    FROM pg_operator o JOIN path ON path.oid = o.oprnamespace
    WHERE EXISTS (SELECT FROM pg_operator c
                  WHERE c.oprname = o.oprname
                    AND (c.oprnamespace = 'pg_catalog'::regnamespace
                         OR c.oprnamespace IN (SELECT oid FROM path) AND c.oprowner IN (SELECT t.oid FROM trusted t)))
    UNION ALL
    SELECT format('FUNCTION %s', p.oid::regprocedure), p.proowner
    FROM pg_proc p JOIN path ON path.oid = p.pronamespace
    WHERE EXISTS (SELECT FROM pg_proc c
                  WHERE c.proname = p.proname
                    AND (c.pronamespace = 'pg_catalog'::regnamespace
                         OR c.pronamespace IN (SELECT oid FROM path) AND c.proowner IN (SELECT t.oid FROM trusted t)))
) AS found
WHERE found.owner NOT IN (SELECT t.oid FROM trusted t)
ORDER BY 1
LIMIT 1;
