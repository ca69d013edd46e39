-- What belongs to the database as a whole, for a fingerprint: schemas, extensions, languages, casts, event triggers,
-- publications, foreign data wrappers, servers and default privileges.
--
-- Columns: see fingerprint_tables.sql.

SELECT 'pg_namespace'::regclass::oid AS class,
       n.oid AS object,
       'schema' AS kind,
       quote_ident(n.nspname) AS identity,
       'OWNER ' || quote_ident(pg_get_userbyid(n.nspowner)) AS definition
FROM pg_namespace n
WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'rssctl')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
UNION ALL
-- Class 0: the comment of an extension is its author's and changes with its version.
SELECT 0, x.oid, 'extension', quote_ident(x.extname), 'SCHEMA ' || quote_ident(n.nspname)
FROM pg_extension x
JOIN pg_namespace n ON n.oid = x.extnamespace
UNION ALL
SELECT 'pg_language'::regclass, l.oid, 'language', quote_ident(l.lanname),
       concat_ws(E'\n',
           CASE WHEN l.lanpltrusted THEN 'TRUSTED' END,
           'HANDLER ' || nullif(l.lanplcallfoid, 0)::regprocedure,
           'INLINE ' || nullif(l.laninline, 0)::regprocedure,
           'VALIDATOR ' || nullif(l.lanvalidator, 0)::regprocedure,
           'OWNER ' || quote_ident(pg_get_userbyid(l.lanowner)))
FROM pg_language l
WHERE l.lanispl
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_language'::regclass AND e.objid = l.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_cast'::regclass, k.oid, 'cast',
       format('(%s AS %s)', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)),
       concat_ws(E'\n',
           CASE k.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || k.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
                             ELSE 'WITHOUT FUNCTION' END,
           CASE k.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)
FROM pg_cast k
-- 16384 is the first OID that initdb does not give away.
WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_cast'::regclass AND e.objid = k.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_event_trigger'::regclass, t.oid, 'event trigger', quote_ident(t.evtname),
       concat_ws(E'\n',
           'ON ' || t.evtevent,
           (SELECT format('WHEN TAG IN (%s)', string_agg(quote_literal(tag), ', ' ORDER BY tag COLLATE "C"))
            FROM unnest(t.evttags) AS tag HAVING count(*) > 0),
           'EXECUTE FUNCTION ' || t.evtfoid::regprocedure,
           CASE t.evtenabled WHEN 'D' THEN 'DISABLED' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END,
           'OWNER ' || quote_ident(pg_get_userbyid(t.evtowner)))
FROM pg_event_trigger t
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_publication'::regclass, p.oid, 'publication', quote_ident(p.pubname),
       concat_ws(E'\n',
           CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
           -- Column lists and row filters came with version 15; JSON asks for what may not be there. A partition that is
           -- published by itself is left out, as partitions are everywhere.
           (SELECT string_agg(format('TABLE %I.%I%s%s', n.nspname, c.relname, ' (' || k.columns || ')',
                                     ' WHERE ' || v.filter),
                              E'\n' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C")
            FROM pg_publication_rel r
            JOIN pg_class c ON c.oid = r.prrelid AND NOT c.relispartition
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN LATERAL (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
                               FROM pg_attribute a
                               WHERE a.attrelid = c.oid AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum)) AS k ON true
            LEFT JOIN LATERAL (SELECT to_jsonb(t) ->> 'rowfilter' AS filter FROM pg_publication_tables t
                               WHERE t.pubname = p.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname) AS v
                   ON true
            WHERE r.prpubid = p.oid),
           -- FOR TABLES IN SCHEMA, seen through its dependencies: version 14 lacks the catalog (its OID is 6237).
           (SELECT string_agg(format('TABLES IN SCHEMA %I', n.nspname), E'\n' ORDER BY n.nspname COLLATE "C")
            FROM pg_depend d
            JOIN pg_depend s ON s.classid = d.classid AND s.objid = d.objid AND s.refclassid = 'pg_namespace'::regclass
            JOIN pg_namespace n ON n.oid = s.refobjid
            WHERE d.classid = 6237 AND d.refclassid = 'pg_publication'::regclass AND d.refobjid = p.oid),
           'PUBLISH ' || concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                   CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
           CASE WHEN p.pubviaroot THEN 'VIA PARTITION ROOT' END,
           'OWNER ' || quote_ident(pg_get_userbyid(p.pubowner)))
FROM pg_publication p
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_publication'::regclass AND e.objid = p.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 'foreign data wrapper', quote_ident(w.fdwname),
       concat_ws(E'\n',
           'HANDLER ' || nullif(w.fdwhandler, 0)::regprocedure,
           'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regprocedure,
           (SELECT format('OPTIONS (%s)', string_agg(o, ', ' ORDER BY o COLLATE "C")) FROM unnest(w.fdwoptions) o
            HAVING count(*) > 0),
           'OWNER ' || quote_ident(pg_get_userbyid(w.fdwowner)))
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_foreign_data_wrapper'::regclass AND e.objid = w.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_foreign_server'::regclass, s.oid, 'server', quote_ident(s.srvname),
       concat_ws(E'\n',
           'TYPE ' || quote_literal(s.srvtype),
           'VERSION ' || quote_literal(s.srvversion),
           'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname),
           (SELECT format('OPTIONS (%s)', string_agg(o, ', ' ORDER BY o COLLATE "C")) FROM unnest(s.srvoptions) o
            HAVING count(*) > 0),
           'OWNER ' || quote_ident(pg_get_userbyid(s.srvowner)))
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_foreign_server'::regclass AND e.objid = s.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_default_acl'::regclass, d.oid, 'default privileges',
       concat_ws(' ', 'FOR ROLE ' || quote_ident(pg_get_userbyid(d.defaclrole)),
                 'IN SCHEMA ' || quote_ident(n.nspname),
                 'ON ' || CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                               WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE d.defaclobjtype::text END),
       (SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C")
        FROM (SELECT format('%s TO %s', string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
                                                   ', ' ORDER BY a.privilege_type COLLATE "C"),
                            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS line
              FROM aclexplode(d.defaclacl) AS a GROUP BY a.grantee) AS lines)
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
WHERE n.nspname IS DISTINCT FROM 'rssctl'
