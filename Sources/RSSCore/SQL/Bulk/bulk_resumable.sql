-- The run that began to load the same file ($1) into the same table ($2) in the same way ($3) and did not end.
SELECT run_id::text, started_at
FROM rssctl.bulk_run
WHERE file_digest = $1 AND table_name = $2 AND settings = $3 AND state = 'loading'
ORDER BY started_at DESC
LIMIT 1;
