-- The locks that this session holds on relations of its database.
--
-- No parameters. Columns:
--   relation  number of the relation
--   mode      as pg_locks writes it

SELECT relation::bigint AS relation, mode::text AS mode
FROM pg_locks
WHERE pid = pg_backend_pid() AND granted AND locktype = 'relation'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
