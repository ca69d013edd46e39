-- check: transaction.rollback_ratio
-- title: Many transactions rolled back
-- severity: warning
-- needs: none
-- why: Rolled back work was done for nothing, and the reason is usually an error that goes unnoticed. Judged
--      from 100 rollbacks on; reported above 10 %.

SELECT quote_ident(d.datname) AS object,
       format('%s of %s transactions were rolled back (%s %%).', d.xact_rollback, d.xact_commit + d.xact_rollback,
              round(100.0 * d.xact_rollback / (d.xact_commit + d.xact_rollback), 1)) AS detail,
       d.xact_rollback::double precision / (d.xact_commit + d.xact_rollback) AS measured,
       0.1::double precision AS threshold,
       NULL::text AS fix
FROM pg_stat_database d
WHERE d.datname = current_database()
  AND d.xact_rollback >= 100
  AND d.xact_commit + d.xact_rollback >= 1000
  AND d.xact_rollback > 0.1 * (d.xact_commit + d.xact_rollback)
