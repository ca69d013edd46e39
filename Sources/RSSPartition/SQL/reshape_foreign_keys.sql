-- The foreign keys of a partitioned table.
--
-- Parameters:
--   $1  oid   the partitioned table
--
-- One row for each:
--   name        its quoted name
--   definition  the key as SQL writes it
--   schema      schema of the table that it references
--   referenced  that table
--   match       the condition that a row, named r, references the former state, OLD, of a row of that table
--   changed     the condition that the referenced columns of that row changed

SELECT quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid) AS definition, n.nspname::text AS schema,
       t.relname::text AS referenced, c.match, c.changed
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.confrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
    SELECT string_agg(format('OLD.%I OPERATOR(%I.%s) r.%I', p.attname, o.nspname, o.oprname, f.attname), ' AND ' ORDER BY u.n) AS match,
           format('ROW(%s) IS DISTINCT FROM ROW(%s)', string_agg(format('OLD.%I', p.attname), ', ' ORDER BY u.n),
                  string_agg(format('NEW.%I', p.attname), ', ' ORDER BY u.n)) AS changed
    FROM unnest(k.conkey, k.confkey, k.conpfeqop) WITH ORDINALITY AS u (fk, pk, operator, n)
    JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = u.fk
    JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = u.pk
    JOIN (SELECT pg_operator.oid, oprname, nspname FROM pg_operator JOIN pg_namespace ON pg_namespace.oid = oprnamespace) AS o
      ON o.oid = u.operator
) AS c
WHERE k.conrelid = $1::oid AND k.contype = 'f' AND k.conparentid = 0
ORDER BY k.conname
