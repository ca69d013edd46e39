-- check: settings.durability
-- title: Settings that put data at risk
-- severity: critical
-- needs: none
-- why: With fsync or full_page_writes off a crash of the machine may leave the database damaged beyond repair; with
--      zero_damaged_pages on, damaged pages are silently emptied. A sandbox of rssctl, which says so by its
--      cluster_name, runs without fsync and full_page_writes on purpose.
-- threshold: any
-- source: PostgreSQL documentation, 20.5.1 Settings; 20.17 Developer Options

SELECT s.name AS object,
       format('%s is %s (set by %s).', s.name, s.setting, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER SYSTEM SET %I = %s; SELECT pg_reload_conf();', s.name, good.value) AS fix
FROM pg_settings s
JOIN (VALUES ('fsync', 'off', 'on'), ('full_page_writes', 'off', 'on'), ('zero_damaged_pages', 'on', 'off'),
             ('ignore_checksum_failure', 'on', 'off')) AS good (name, bad, value)
  ON good.name = s.name AND good.bad = s.setting
WHERE NOT (current_setting('cluster_name') = 'rssctl-sandbox' AND s.name IN ('fsync', 'full_page_writes'))
ORDER BY object
