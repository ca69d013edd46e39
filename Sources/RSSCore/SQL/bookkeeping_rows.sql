-- What bookkeeping.sql leaves until all that is on its tables is known to be trusted: writing to them runs it.

-- A name means one table; an OID may mean another one once a dump was restored.
UPDATE rssctl.partition_retired AS r SET state = 'dropped', ended_at = clock_timestamp()
WHERE r.state IN ('detaching', 'quarantined', 'dropping')
  AND EXISTS (SELECT FROM rssctl.partition_retired o
              WHERE o.partition_schema = r.partition_schema AND o.partition_name = r.partition_name AND o.id > r.id
                AND o.state IN ('detaching', 'quarantined', 'dropping'));
CREATE UNIQUE INDEX IF NOT EXISTS partition_retired_open_name ON rssctl.partition_retired (partition_schema, partition_name)
    WHERE state IN ('detaching', 'quarantined', 'dropping');
