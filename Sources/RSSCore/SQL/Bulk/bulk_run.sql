-- A bulk run by its id, or what its id begins or ends with ($1); `last` is the newest that was not taken back.
SELECT r.run_id::text, r.table_name, r.file_name, r.state, r.undo_until < now() AS is_over
FROM rssctl.bulk_run AS r
WHERE $1 <> '' AND (starts_with(r.run_id::text, $1) OR right(r.run_id::text, length($1)) = $1)
    OR $1 = 'last' AND r.state <> 'undone'
ORDER BY r.started_at DESC
LIMIT 2;
