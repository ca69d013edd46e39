-- The last run that loaded the same file ($1) into the same table ($2) and was not taken back.
SELECT run_id::text, ended_at
FROM rssctl.bulk_run
WHERE file_digest = $1 AND table_name = $2 AND state = 'done'
ORDER BY ended_at DESC
LIMIT 1;
