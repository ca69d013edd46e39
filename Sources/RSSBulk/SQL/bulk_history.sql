-- The bulk runs, the newest first, at most $1 of them.
SELECT r.run_id::text, r.operation, r.object, r.file_name, r.started_at, r.ended_at, r.by, r.read, r.rejected,
    coalesce(sum(b.inserted), 0)::bigint AS inserted, coalesce(sum(b.updated), 0)::bigint AS updated,
    coalesce(sum(b.deleted), 0)::bigint AS deleted, coalesce(sum(b.unchanged), 0)::bigint AS unchanged,
    r.state, r.undo_until
FROM rssctl.bulk_run AS r
LEFT JOIN rssctl.bulk_batch AS b USING (run_id)
GROUP BY r.run_id
ORDER BY r.started_at DESC
LIMIT $1;
