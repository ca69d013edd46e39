-- What a new partition inherits from its parent besides what CREATE TABLE (LIKE … INCLUDING ALL) copies.
--
-- Parameters:
--   $1  oid   the partitioned table
--   $2  text  the placeholder of the partition's quoted name in the statements
--
-- One column: a statement to be run before the partition is attached.

SELECT statement
FROM (
    SELECT 1 AS step, format('ALTER TABLE %s OWNER TO %I', $2::text, pg_get_userbyid(relowner)) AS statement
    FROM pg_class
    WHERE oid = $1::oid AND pg_get_userbyid(relowner) <> current_user
    UNION ALL
    SELECT 2, format('GRANT %s ON %s TO %s%s', string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type), $2::text,
                     CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END,
                     CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class, aclexplode(relacl) AS acl
    WHERE pg_class.oid = $1::oid AND acl.grantee <> relowner
    GROUP BY acl.grantee, acl.is_grantable
    UNION ALL
    -- Grants on a partition would let its rows be read past the parent's row security.
    SELECT 3, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $2::text)
    FROM pg_class WHERE oid = $1::oid AND relrowsecurity
    UNION ALL
    SELECT 4, format('ALTER TABLE %s REPLICA IDENTITY %s', $2::text, CASE relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
    FROM pg_class WHERE oid = $1::oid AND relreplident IN ('f', 'n')
    UNION ALL
    -- A publication that lists every partition but not the parent does not include a new one.
    SELECT 5, format('ALTER PUBLICATION %I ADD TABLE %s', p.pubname, $2::text)
    FROM pg_publication p
    WHERE NOT p.puballtables
      AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = $1::oid)
      AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = $1::oid)
      AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                      WHERE i.inhparent = $1::oid AND c.relkind = 'r'
                        AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = i.inhrelid))
) AS statements
ORDER BY step, statement
