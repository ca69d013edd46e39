-- The tables among relations that this role may lock as a writer does.
--
-- $1 text[]: the relations, as SQL writes their names.
-- Column: the name, quoted.
SELECT format('%I.%I', n.nspname, c.relname)
FROM unnest($1::text[]) AS u (name)
JOIN pg_class AS c ON c.oid = to_regclass(u.name)
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
ORDER BY 1
