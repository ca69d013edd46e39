-- check: trigger.event_disabled
-- title: Disabled event triggers
-- severity: warning
-- needs: none
-- why: A disabled event trigger does not run: what it records or refuses goes through.
-- threshold: any
-- source: PostgreSQL documentation, ALTER EVENT TRIGGER
-- trial: CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER e ON
--      ddl_command_end EXECUTE FUNCTION f(); ALTER EVENT TRIGGER e DISABLE

SELECT quote_ident(e.evtname) AS object,
       format('The event trigger for %s is disabled.', e.evtevent) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER EVENT TRIGGER %I ENABLE;', e.evtname) AS fix,
       format('ALTER EVENT TRIGGER %I DISABLE;', e.evtname) AS undo
FROM pg_event_trigger e
WHERE e.evtenabled = 'D'
ORDER BY object
