-- The last run that did the same ($3) with the same file ($1) and table ($2), and was not undone.
SELECT run_id::text, ended_at
FROM rssctl.bulk_run
WHERE file_digest = $1 AND table_name = $2 AND operation = $3 AND state = 'done'
ORDER BY ended_at DESC
LIMIT 1;
