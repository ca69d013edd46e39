-- check: wraparound.multixact
-- title: Multixact ids close to wraparound
-- severity: critical
-- needs: none
-- why: At about two thousand million multixact ids of age the server refuses to write. Autovacuum begins to freeze
--      at autovacuum_multixact_freeze_max_age; a database that is 20 % older than that, or half way to the limit,
--      is not being frozen, usually because of an old transaction, a prepared transaction or a replication slot.
-- threshold: 1.2 × autovacuum_multixact_freeze_max_age, at most 1,000 million
-- source: PostgreSQL documentation, 25.1.5.1 Multixacts and Wraparound

SELECT quote_ident(d.datname) AS object,
       format('Oldest multixact id is %s old; freezing should begin at %s%s.', mxid_age(d.datminmxid), current_setting('autovacuum_multixact_freeze_max_age'),
              CASE WHEN d.datname = current_database() THEN
                  (SELECT format('. Oldest table: %s, %s', c.oid::regclass, mxid_age(c.relminmxid))
                   FROM pg_class c WHERE c.relkind IN ('r', 'm', 't') AND c.relminmxid <> '0' ORDER BY mxid_age(c.relminmxid) DESC LIMIT 1)
              ELSE '' END) AS detail,
       mxid_age(d.datminmxid)::double precision AS measured,
       least(1.2 * current_setting('autovacuum_multixact_freeze_max_age')::double precision, 1000000000) AS threshold,
       CASE WHEN d.datname = current_database() THEN 'VACUUM (FREEZE);' END AS fix
FROM pg_database d
WHERE mxid_age(d.datminmxid) > least(1.2 * current_setting('autovacuum_multixact_freeze_max_age')::double precision, 1000000000)
ORDER BY measured DESC
