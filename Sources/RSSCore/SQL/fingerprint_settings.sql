-- The settings under which a fingerprint is read, for this transaction or savepoint alone: names come out with their
-- schema, constants in one form, and no wait for a lock lasts longer than two seconds (pg_get_viewdef takes one).
SELECT set_config('search_path', 'pg_catalog, pg_temp', true),
       set_config('quote_all_identifiers', 'off', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('IntervalStyle', 'postgres', true),
       set_config('TimeZone', 'UTC', true),
       set_config('extra_float_digits', '1', true),
       set_config('bytea_output', 'hex', true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('lc_monetary', 'C', true),
       set_config('xmlbinary', 'base64', true),
       set_config('lock_timeout', '2s', true),
       -- Catalog queries end before a compiler or a worker process would have started.
       set_config('jit', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true)
