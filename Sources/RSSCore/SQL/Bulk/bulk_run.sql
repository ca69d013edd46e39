-- A bulk run by its id, or what its id begins or ends with ($1); `last` is the one that loaded a batch last, of those that have
-- batches of which nobody tried to take them back.
SELECT r.run_id::text, r.table_name, r.file_name, r.state, r.undo_until < now() AS is_over
FROM rssctl.bulk_run AS r
LEFT JOIN LATERAL (
    SELECT max(b.at) AS at, bool_or(u.batch IS NULL) AS is_open
    FROM rssctl.bulk_batch AS b LEFT JOIN rssctl.bulk_undo AS u ON u.run_id = b.run_id AND u.batch = b.number
    WHERE b.run_id = r.run_id
) AS loaded ON true
WHERE $1 <> '' AND (starts_with(r.run_id::text, $1) OR right(r.run_id::text, length($1)) = $1)
    OR $1 = 'last' AND r.state <> 'undone' AND loaded.is_open
ORDER BY loaded.at DESC NULLS LAST, r.started_at DESC
LIMIT 2;
