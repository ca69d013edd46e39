-- Whether hypopg is installed, and how to get it where it is not.
--
-- Columns: its schema, quoted; whether the server has the files of the extension; the major version of the server.
SELECT (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'hypopg') AS schema,
       EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = 'hypopg') AS is_available,
       current_setting('server_version_num')::int / 10000 AS major
