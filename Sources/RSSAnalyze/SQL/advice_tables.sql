-- What is known of the tables that plans read, and of the partitioned tables above them.
--
-- Parameters:
--   $1  text[]  schemas
--   $2  text[]  names
-- Columns: the table; the partitioned table at the top of it, or the table itself, and how SQL writes it; whether that is partitioned; its rows by the
-- statistics; whether it was analyzed; how many indexes it has; what was written to it, and since when that is counted.
WITH RECURSIVE wanted AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind
    FROM unnest($1::text[], $2::text[]) AS u (schema, name)
    JOIN pg_namespace n ON n.nspname = u.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = u.name AND c.relkind IN ('r', 'p', 'm')
    WHERE c.oid >= 16384
), up (oid, top, level) AS (
    SELECT w.oid, w.oid, 0 FROM wanted w
    UNION ALL
    SELECT up.oid, i.inhparent, up.level + 1
    FROM up JOIN pg_class c ON c.oid = up.top AND c.relispartition JOIN pg_inherits i ON i.inhrelid = up.top
), root AS MATERIALIZED (
    SELECT DISTINCT ON (up.oid) up.oid, up.top FROM up ORDER BY up.oid, up.level DESC
), member (top, oid) AS (
    SELECT DISTINCT r.top, r.top FROM root r
    UNION
    -- A partition that a statement names stands for itself.
    SELECT r.oid, r.oid FROM root r
    UNION ALL
    SELECT m.top, i.inhrelid FROM member m JOIN pg_class c ON c.oid = m.oid AND c.relkind = 'p'
    JOIN pg_inherits i ON i.inhparent = m.oid
), total AS MATERIALIZED (
    SELECT m.top, sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind <> 'p')::double precision AS rows,
           coalesce(max(c.reltuples) FILTER (WHERE c.relkind <> 'p') >= 0, false) AS is_analyzed,
           sum(s.n_tup_ins)::double precision AS inserts, sum(s.n_tup_upd)::double precision AS updates,
           sum(s.n_tup_hot_upd)::double precision AS hot
    FROM member m JOIN pg_class c ON c.oid = m.oid
    LEFT JOIN LATERAL (SELECT pg_stat_get_tuples_inserted(c.oid) AS n_tup_ins, pg_stat_get_tuples_updated(c.oid) AS n_tup_upd,
                              pg_stat_get_tuples_hot_updated(c.oid) AS n_tup_hot_upd) s ON c.relkind <> 'p'
    GROUP BY m.top
)
SELECT w.nspname::text, w.relname::text, n.nspname::text, c.relname::text, format('%I.%I', n.nspname, c.relname), c.oid::bigint, c.relkind = 'p', t.rows, t.is_analyzed,
       (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid), coalesce(t.inserts, 0), coalesce(t.updates, 0),
       coalesce(t.hot, 0),
       extract(epoch FROM clock_timestamp() - coalesce(
           (SELECT d.stats_reset FROM pg_stat_database d WHERE d.datname = current_database()), pg_postmaster_start_time())
       )::double precision
FROM wanted w JOIN root r ON r.oid = w.oid
CROSS JOIN LATERAL (SELECT r.top UNION SELECT r.oid) AS x (oid)
JOIN pg_class c ON c.oid = x.oid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN total t ON t.top = c.oid
