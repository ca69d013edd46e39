-- The statements that are recorded of migrations which are not in the history: begun and not done, or being reverted.
--
-- Columns: version as text, ordinal, hash, state, checkpoint. From version to version along the primary key: a migration
-- may have hundreds of thousands of statements, and those of a migration that is done are not read.

WITH RECURSIVE versions AS (
    SELECT (SELECT s.version FROM rssctl.migration_statement AS s ORDER BY s.version LIMIT 1) AS version
    UNION ALL
    SELECT (SELECT s.version FROM rssctl.migration_statement AS s WHERE s.version > v.version ORDER BY s.version LIMIT 1)
    FROM versions AS v WHERE v.version IS NOT NULL
), unfinished AS MATERIALIZED (
    SELECT v.version FROM versions AS v
    WHERE v.version IS NOT NULL AND NOT EXISTS (SELECT FROM rssctl.migration AS m WHERE m.version = v.version)
)
SELECT s.version::text AS version, s.ordinal, s.hash, s.state, s.checkpoint
FROM unfinished AS u
CROSS JOIN LATERAL (SELECT * FROM rssctl.migration_statement AS r WHERE r.version = u.version) AS s
ORDER BY s.version, s.ordinal
