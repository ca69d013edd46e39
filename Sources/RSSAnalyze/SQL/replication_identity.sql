-- check: replication.identity
-- title: Published tables without a replica identity
-- severity: critical
-- needs: none
-- why: An UPDATE or DELETE of a table whose publication carries updates and deletes fails if the table has no
--      replica identity.
-- threshold: any table of a publication for UPDATE or DELETE
-- source: PostgreSQL documentation, 31.1 Publication
-- trial: CREATE TABLE t (x int); CREATE PUBLICATION p FOR TABLE t

WITH published AS (
    SELECT pt.schemaname, pt.tablename, string_agg(quote_ident(p.pubname), ', ' ORDER BY p.pubname) AS publications
    FROM pg_publication p
    JOIN pg_publication_tables pt ON pt.pubname = p.pubname
    WHERE p.pubupdate OR p.pubdelete
    GROUP BY pt.schemaname, pt.tablename
)
SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('Published by %s; UPDATE and DELETE fail.', p.publications) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %I.%I REPLICA IDENTITY FULL;', n.nspname, c.relname) AS fix,
       format('ALTER TABLE %I.%I REPLICA IDENTITY DEFAULT;', n.nspname, c.relname) AS undo
FROM published p
JOIN pg_namespace n ON n.nspname = p.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
WHERE c.relkind = 'r'
  AND (c.relreplident = 'n'
       OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
       OR c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident))
ORDER BY object
