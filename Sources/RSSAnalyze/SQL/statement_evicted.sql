-- check: statement.evicted
-- title: Statements that are evicted from pg_stat_statements
-- severity: info
-- needs: pg_stat_statements,pg_monitor
-- why: When more different statements run than pg_stat_statements.max, the rare ones are dropped and their
--      figures are lost: what is seen is not all. Usual reason: values or comments in the text.
-- threshold: entries at 95 % of the limit, and entries were dropped
-- source: PostgreSQL documentation, F.32 pg_stat_statements

WITH figures AS (
    SELECT (SELECT count(*) FROM public.pg_stat_statements(false)) AS entries,
           (SELECT i.dealloc FROM public.pg_stat_statements_info i) AS evictions,
           current_setting('pg_stat_statements.max')::int AS room
)
SELECT 'pg_stat_statements.max' AS object,
       format('%s of %s entries; they were evicted %s times.', entries, room, evictions) AS detail,
       entries::double precision / room AS measured,
       0.95::double precision AS threshold,
       format('ALTER SYSTEM SET pg_stat_statements.max = %s; -- takes effect at the next restart', 2 * room) AS fix,
       format('ALTER SYSTEM SET pg_stat_statements.max = %s;', room) AS undo
FROM figures
WHERE evictions > 0 AND entries >= 0.95 * room
