-- The run of the session's role that began to load the same file ($1) into the same table ($2) in the same way ($3) and did
-- not end. A run of another role is not resumed: what it says was loaded is left out.
SELECT run_id::text, started_at
FROM rssctl.bulk_run
WHERE file_digest = $1 AND table_name = $2 AND settings = $3 AND state = 'loading' AND by = session_user AND is_attested
ORDER BY started_at DESC
LIMIT 1;
