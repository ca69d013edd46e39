-- check: locks.table_full
-- title: Lock table close to full
-- severity: critical
-- needs: none
-- why: When the shared lock table is full, statements of any session end with "out of shared memory". Queries
--      over many partitions take many locks.
-- threshold: 60 % of max_locks_per_transaction × (max_connections + max_prepared_transactions)
-- source: PostgreSQL documentation, 20.12 Lock Management
-- trial: BEGIN; SELECT pg_advisory_xact_lock(g) FROM generate_series(1, 5000) g

WITH figures AS (
    SELECT (SELECT count(*) FROM pg_locks WHERE NOT fastpath)::double precision AS used,
           current_setting('max_locks_per_transaction')::double precision
               * (current_setting('max_connections')::double precision + current_setting('max_prepared_transactions')::double precision) AS room
)
SELECT 'max_locks_per_transaction' AS object,
       format('%s of %s places of the lock table are taken.%s', used, room,
              (SELECT format(' Most by pid %s: %s.', l.pid, count(*)) FROM pg_locks l WHERE NOT l.fastpath AND l.pid IS NOT NULL GROUP BY l.pid ORDER BY count(*) DESC LIMIT 1)) AS detail,
       used / room AS measured,
       0.6::double precision AS threshold,
       format('ALTER SYSTEM SET max_locks_per_transaction = %s; -- takes effect at the next restart', 2 * current_setting('max_locks_per_transaction')::int) AS fix,
       format('ALTER SYSTEM SET max_locks_per_transaction = %s;', current_setting('max_locks_per_transaction')) AS undo
FROM figures
WHERE used >= 0.6 * room
