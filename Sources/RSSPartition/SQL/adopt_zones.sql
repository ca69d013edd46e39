-- In which time zones points of time begin a day, most of them or all.
--
-- Parameters:
--   $1  bigint[]  points, in microseconds since 1970-01-01 in UTC
--
-- One row for each zone in which most of the points are midnight, the best first. Columns:
--   zone      its name
--   midnights how many of the points are

SELECT z.name AS zone, count(*) AS midnights
FROM pg_timezone_names z
CROSS JOIN unnest($1::bigint[]) AS p
WHERE z.name !~ '^(posix|right)/' AND z.name ~ '/' AND z.name !~ '^Etc/'
  AND ((timestamptz '1970-01-01 00:00+00' + p * interval '1 microsecond') AT TIME ZONE z.name)::time = '00:00'
GROUP BY z.name
HAVING count(*) * 2 > cardinality($1::bigint[])
ORDER BY 2 DESC, z.name ~ '^(Europe|America|Asia|Australia)/' DESC, 1
