-- check: replication.subscription_disabled
-- title: Subscriptions that are disabled
-- severity: warning
-- needs: none
-- why: A disabled subscription receives no changes, while its slot on the publisher keeps WAL. PostgreSQL
--      disables one by itself after an error where disable_on_error is set.
-- threshold: any
-- source: PostgreSQL documentation, 31.2 Subscription
-- trial: CREATE SUBSCRIPTION s CONNECTION 'host=/none' PUBLICATION p WITH (connect = false, slot_name = NONE)

SELECT quote_ident(s.subname) AS object,
       'The subscription is disabled.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER SUBSCRIPTION %I ENABLE;', s.subname) AS fix,
       format('ALTER SUBSCRIPTION %I DISABLE;', s.subname) AS undo
FROM pg_subscription s
WHERE NOT s.subenabled AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY object
