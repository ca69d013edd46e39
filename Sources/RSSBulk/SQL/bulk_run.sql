-- A bulk run by its id, or what its id begins or ends with ($1); `last` is the one of a role ($2; NULL for the session's) that
-- wrote rows last, of those that have batches of which none was tried to be undone. A run that found every row unchanged wrote
-- nothing.
--
-- Columns:
--   run_id, object, table_name, file_name, state, by
--   is_over       the rows as they were before are not kept any more
--   is_own        the session's role wrote it, by the server's own record
--   may_act       the session's role is a member of the author's, or of the owner of these tables

SELECT r.run_id::text, r.object, r.table_name, r.file_name, r.state, r.by, r.undo_until < now() AS is_over,
    r.by = session_user AND r.is_attested AS is_own,
    pg_has_role(session_user, c.relowner, 'MEMBER')
        OR EXISTS (SELECT FROM pg_catalog.pg_roles AS a WHERE a.rolname = r.by AND pg_has_role(session_user, a.oid, 'MEMBER'))
        AS may_act
FROM rssctl.bulk_run AS r
JOIN pg_catalog.pg_class AS c ON c.oid = r.tableoid
LEFT JOIN LATERAL (
    SELECT max(b.at) AS at, bool_or(u.batch IS NULL) AS is_open
    FROM rssctl.bulk_batch AS b LEFT JOIN rssctl.bulk_undo AS u ON u.run_id = b.run_id AND u.batch = b.number
    WHERE b.run_id = r.run_id AND b.inserted + b.updated + b.deleted > 0
) AS loaded ON true
WHERE $1 <> '' AND (starts_with(r.run_id::text, $1) OR right(r.run_id::text, length($1)) = $1)
    OR $1 = 'last' AND r.state <> 'undone' AND loaded.is_open AND r.by = coalesce($2::text, session_user::text)
ORDER BY loaded.at DESC NULLS LAST, r.started_at DESC
LIMIT 2;
