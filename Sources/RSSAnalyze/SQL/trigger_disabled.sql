-- check: trigger.disabled
-- title: Disabled triggers
-- severity: critical
-- needs: none
-- why: A disabled trigger does not run: foreign keys are not checked, the key registry of the visit
--      reports is not maintained. Often left disabled by a bulk load. The trigger of a partition is reported only if that
--      of its parent is enabled.
-- threshold: any
-- source: PostgreSQL documentation, ALTER TABLE, DISABLE TRIGGER
-- trial: ALTER TABLE t DISABLE TRIGGER ALL

SELECT format('%s.%I', t.tgrelid::regclass, CASE WHEN t.is_of_constraint THEN k.conname ELSE t.tgname END) AS object,
       CASE WHEN t.is_of_constraint THEN format('The triggers behind constraint %I are disabled: it is not enforced.', k.conname)
            ELSE format('Trigger %I is disabled.', t.tgname) END AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       CASE WHEN t.is_of_constraint THEN format('ALTER TABLE %s ENABLE TRIGGER ALL;', t.tgrelid::regclass)
            ELSE format('ALTER TABLE %s ENABLE TRIGGER %I;', t.tgrelid::regclass, t.tgname) END AS fix
FROM (
    -- Before 15, what a partition has of its table's triggers is internal, as the triggers of foreign keys are.
    SELECT g.tgrelid, g.tgname, g.tgconstraint, g.tgparentid, g.tgenabled,
           g.tgisinternal AND (g.tgparentid = 0 OR EXISTS (
               SELECT FROM pg_constraint AS k WHERE k.oid = g.tgconstraint AND k.contype <> 't')) AS is_of_constraint
    FROM pg_trigger AS g
) AS t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
WHERE t.tgenabled = 'D'
  AND (p.oid IS NULL OR p.tgenabled <> 'D')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
GROUP BY 1, 2, 5
ORDER BY object
