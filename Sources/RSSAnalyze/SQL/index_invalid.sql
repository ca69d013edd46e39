-- check: index.invalid
-- title: Invalid indexes
-- severity: warning
-- needs: pg_monitor
-- why: An index left invalid by an interrupted CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY slows down
--      writes and is used by no query; a unique one does not protect. An index that is being built just now is not
--      reported.
-- threshold: any
-- source: PostgreSQL documentation, CREATE INDEX, Building Indexes Concurrently
-- trial: CREATE UNIQUE INDEX CONCURRENTLY over duplicates

SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('Index of table %s is %s.', i.indrelid::regclass,
              CASE WHEN c.relkind = 'I' THEN 'invalid: a partition lacks its part of it'
                   WHEN NOT i.indisready THEN 'invalid and not kept up by writes'
                   ELSE 'invalid: its build was interrupted' END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE WHEN c.relkind = 'I' THEN NULL
            WHEN c.relname ~ '_ccnew[0-9]*$' OR c.relname ~ '_ccold[0-9]*$' THEN format('DROP INDEX CONCURRENTLY %I.%I;', n.nspname, c.relname)
            ELSE format('REINDEX INDEX CONCURRENTLY %I.%I;', n.nspname, c.relname) END AS fix
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT (i.indisvalid AND i.indisready)
  AND i.indislive
  AND n.nspname !~ '^pg_temp_'
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p
                  WHERE p.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND (p.index_relid = i.indexrelid OR p.relid = i.indrelid))
ORDER BY object
