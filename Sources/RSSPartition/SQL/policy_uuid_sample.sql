-- The versions and times in a sample of UUIDs.
--
-- Parameters:
--   $1  uuid[]  the sample
--
-- One row:
--   total        UUIDs in the sample
--   version7     of these, those of version 7
--   in_time      of these, those of version 7 whose first 48 bits are milliseconds between 2000 and a year from now
--   earliest     of the times of version 7, as text; NULL for none
--   latest       likewise; a time beyond year 10000 is given by its milliseconds
--   example      a UUID that is not of version 7; NULL for none

WITH sample AS (
    SELECT u, substr(u::text, 15, 1) = '7' AS is_7,
           ('x' || left(replace(u::text, '-', ''), 12))::bit(48)::bigint AS ms
    FROM unnest($1::uuid[]) AS u
), text AS (
    SELECT min(ms) FILTER (WHERE is_7) AS earliest, max(ms) FILTER (WHERE is_7) AS latest FROM sample
)
SELECT count(*) AS total,
       count(*) FILTER (WHERE is_7) AS version7,
       count(*) FILTER (WHERE is_7 AND ms BETWEEN 946684800000 AND extract(epoch FROM now() + interval '1 year') * 1000) AS in_time,
       (SELECT CASE WHEN earliest < 253402300800000 THEN to_char(to_timestamp(earliest / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE earliest || ' ms' END FROM text) AS earliest,
       (SELECT CASE WHEN latest < 253402300800000 THEN to_char(to_timestamp(latest / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD') ELSE latest || ' ms' END FROM text) AS latest,
       min(u::text) FILTER (WHERE NOT is_7) AS example
FROM sample
