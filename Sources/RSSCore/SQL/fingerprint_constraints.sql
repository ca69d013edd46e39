-- Constraints, triggers, rules and policies of relations for a fingerprint. What a partition or an inheriting table has
-- from its parent is left out, and whatever else is on a partition.
--
-- Columns: see fingerprint_tables.sql.

WITH relation AS MATERIALIZED (
    SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
      AND NOT c.relispartition
      AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'rssctl')
      AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
)
SELECT 'pg_constraint'::regclass::oid AS class,
       k.oid AS object,
       'constraint' AS kind,
       format('%I ON %s', k.conname, r.name) AS identity,
       concat_ws(E'\n',
           pg_get_constraintdef(k.oid),
           CASE WHEN c.reloptions IS NOT NULL THEN
               (SELECT format('WITH (%s)', string_agg(o, ', ' ORDER BY o COLLATE "C")) FROM unnest(c.reloptions) o) END,
           CASE WHEN c.reltablespace <> 0 THEN
               (SELECT format('USING INDEX TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid = c.reltablespace) END,
           CASE WHEN NOT i.indisvalid THEN 'INVALID' END,
           CASE WHEN i.indisclustered THEN 'CLUSTER' END,
           CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END,
           -- ALTER TABLE … DISABLE TRIGGER ALL turns foreign keys off too.
           CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
                THEN 'NOT ENFORCED: its triggers are not enabled as usual' END
       ) AS definition
FROM relation r
JOIN pg_constraint k ON k.conrelid = r.oid
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class c ON c.oid = i.indexrelid
WHERE k.contype IN ('c', 'f', 'p', 'u', 'x')
  AND k.conislocal AND k.conparentid = 0
UNION ALL
SELECT 'pg_trigger'::regclass, t.oid, 'trigger', format('%I ON %s', t.tgname, r.name),
       concat_ws(E'\n', pg_get_triggerdef(t.oid),
                 CASE t.tgenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END)
FROM relation r
JOIN pg_trigger t ON t.tgrelid = r.oid
WHERE NOT t.tgisinternal AND t.tgparentid = 0
UNION ALL
SELECT 'pg_rewrite'::regclass, w.oid, 'rule', format('%I ON %s', w.rulename, r.name),
       concat_ws(E'\n', pg_get_ruledef(w.oid),
                 CASE w.ev_enabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END)
FROM relation r
JOIN pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'pg_policy'::regclass, p.oid, 'policy', format('%I ON %s', p.polname, r.name),
       concat_ws(E'\n',
           CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END,
           'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                   WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
           (SELECT 'TO ' || string_agg(role, ', ' ORDER BY role COLLATE "C")
            FROM (SELECT CASE o WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o)) END AS role
                  FROM unnest(p.polroles) o) AS roles),
           format('USING (%s)', pg_get_expr(p.polqual, p.polrelid)),
           CASE WHEN p.polwithcheck IS NOT NULL
                THEN format('WITH CHECK (%s)', pg_get_expr(p.polwithcheck, p.polrelid)) END)
FROM relation r
JOIN pg_policy p ON p.polrelid = r.oid
