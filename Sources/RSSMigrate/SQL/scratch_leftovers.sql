-- Scratch databases that a run has left: named and described as rssctl's, older than a day, not in use, and the
-- role's to drop. The comment is that of ScratchDatabase.
--
-- One column: the name, quoted.

SELECT quote_ident(d.datname) AS name
FROM pg_database d
JOIN pg_shdescription c ON c.classoid = 'pg_database'::regclass AND c.objoid = d.oid
WHERE d.datname ~ '^rssctl_scratch_[0-9a-f]{12}$'
  AND c.description ~ '^rssctl scratch database of run [^ ]+, made at [0-9]+$'
  AND to_timestamp(substring(c.description FROM '[0-9]+$')::double precision) < clock_timestamp() - interval '1 day'
  AND pg_has_role(d.datdba, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)
