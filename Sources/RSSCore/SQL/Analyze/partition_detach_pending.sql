-- check: partition.detach_pending
-- title: Unfinished DETACH CONCURRENTLY
-- severity: critical
-- needs: none
-- why: An interrupted ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY leaves the partition half detached: its
--      rows are invisible through the parent, and no other partition can be detached.

SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('Detaching it from %s was begun and not finished; about %s rows are invisible.', i.inhparent::regclass, greatest(c.reltuples, 0)::bigint) AS detail,
       greatest(c.reltuples, 0)::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s DETACH PARTITION %I.%I FINALIZE;', i.inhparent::regclass, n.nspname, c.relname) AS fix
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhdetachpending
  AND c.relkind IN ('r', 'p')
ORDER BY object
