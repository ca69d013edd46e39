-- check: cache.hit_ratio
-- title: Few reads served from shared_buffers
-- severity: warning
-- needs: none
-- why: A working set that does not fit into shared_buffers makes each query wait for reads. Judged only from one
--      million block reads on, so that a small or freshly started database is not reported.

SELECT quote_ident(d.datname) AS object,
       format('%s %% of %s block reads were served from shared_buffers.',
              round(100.0 * d.blks_hit / (d.blks_hit + d.blks_read), 2), d.blks_hit + d.blks_read) AS detail,
       d.blks_hit::double precision / (d.blks_hit + d.blks_read) AS measured,
       0.95::double precision AS threshold,
       NULL::text AS fix
FROM pg_stat_database d
WHERE d.datname = current_database()
  AND d.blks_hit + d.blks_read >= 1000000
  AND d.blks_hit < 0.95 * (d.blks_hit + d.blks_read)
