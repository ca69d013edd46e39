-- The statements that give a new partition the owner and the grants of its parent.
--
-- Parameters:
--   $1  text  the parent, quoted and with its schema
--   $2  text  the partition, quoted and with its schema
--
-- One column: the statement. The partition's name stands in it as it was given.

SELECT statement
FROM (
    SELECT 1 AS step, format('ALTER TABLE %s OWNER TO %I', $2::text, pg_get_userbyid(relowner)) AS statement
    FROM pg_class
    WHERE oid = $1::text::regclass AND pg_get_userbyid(relowner) <> current_user
    UNION ALL
    SELECT 2, format('GRANT %s ON %s TO %s%s', string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type), $2::text,
                     CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END,
                     CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class, aclexplode(relacl) AS acl
    WHERE pg_class.oid = $1::text::regclass AND acl.grantee <> relowner
    GROUP BY acl.grantee, acl.is_grantable
) AS statements
ORDER BY step, statement
