-- check: security.password_encryption
-- title: Passwords hashed by MD5
-- severity: warning
-- needs: none
-- why: An MD5 hash is enough to log in, and is broken by trying. PostgreSQL 18 warns of it; SCRAM has replaced
--      it. A password is hashed by the setting that holds when it is set.
-- threshold: password_encryption is md5
-- source: PostgreSQL documentation, 21.5 Password Authentication
-- trial: ALTER DATABASE d SET password_encryption = 'md5'

SELECT 'password_encryption' AS object,
       format('password_encryption is %s (set by %s): new passwords are stored as MD5 hashes.', s.setting, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       'ALTER SYSTEM SET password_encryption = ''scram-sha-256''; SELECT pg_reload_conf();' AS fix,
       'ALTER SYSTEM SET password_encryption = ''md5''; SELECT pg_reload_conf();' AS undo
FROM pg_settings s
WHERE s.name = 'password_encryption' AND s.setting IN ('md5', 'on')
