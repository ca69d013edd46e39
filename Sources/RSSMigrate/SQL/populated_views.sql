-- The materialized views of the session's role that are filled, those made first first. Columns: name, as SQL quotes it.

SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_roles AS r ON r.oid = c.relowner
WHERE c.relkind = 'm' AND c.relispopulated AND r.rolname = current_user AND n.nspname <> 'rssctl'
ORDER BY c.oid
