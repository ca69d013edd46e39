-- How the session's database stores text: a scratch database is made alike.
--
-- Columns:
--   encoding    name of the encoding
--   collate, ctype  the locale's names, as CREATE DATABASE takes them
--   provider    c (libc), i (ICU) or b (built in); before version 15 always c
--   locale      the locale of a provider other than libc, else NULL
--   can_create  whether the role may make databases
--   role        the role

SELECT pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate,
       d.datctype AS ctype,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
       coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale') AS locale,
       r.rolcreatedb OR r.rolsuper AS can_create,
       quote_ident(r.rolname) AS role
FROM pg_database d
JOIN pg_roles r ON r.rolname = current_user
WHERE d.datname = current_database()
