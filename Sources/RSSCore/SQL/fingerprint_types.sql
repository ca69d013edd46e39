-- Types, domains, collations, and the configurations and dictionaries of text search for a fingerprint. Row types,
-- array types and multirange types are made and dropped with what they belong to.
--
-- Columns: see fingerprint_tables.sql.

WITH space AS MATERIALIZED (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'rssctl')
)
SELECT 'pg_type'::regclass::oid AS class,
       t.oid AS object,
       CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END AS kind,
       format('%I.%I', n.nspname, t.typname) AS identity,
       concat_ws(E'\n',
           CASE t.typtype WHEN 'e' THEN 'ENUM' WHEN 'c' THEN 'COMPOSITE' WHEN 'r' THEN 'RANGE' WHEN 'b' THEN 'BASE'
                          WHEN 'p' THEN 'PSEUDO' END,
           (SELECT string_agg(quote_literal(e.enumlabel), E'\n' ORDER BY e.enumsortorder)
            FROM pg_enum e WHERE e.enumtypid = t.oid),
           (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                                        CASE WHEN a.attcollation <> at.typcollation
                                             THEN 'COLLATE ' || a.attcollation::regcollation END),
                              E'\n' ORDER BY a.attnum)
            FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
           (SELECT concat_ws(E'\n',
                       'SUBTYPE ' || format_type(g.rngsubtype, NULL),
                       'SUBTYPE_OPCLASS ' || (SELECT format('%I.%I', ocn.nspname, oc.opcname) FROM pg_opclass oc
                           JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace WHERE oc.oid = g.rngsubopc),
                       'COLLATION ' || nullif(g.rngcollation, 0)::regcollation,
                       'CANONICAL ' || nullif(g.rngcanonical::oid, 0)::regprocedure,
                       'SUBTYPE_DIFF ' || nullif(g.rngsubdiff::oid, 0)::regprocedure,
                       'MULTIRANGE ' || format_type(g.rngmultitypid, NULL))
            FROM pg_range g WHERE g.rngtypid = t.oid),
           CASE WHEN t.typtype = 'b' THEN
               concat_ws(E'\n',
                   'INPUT ' || t.typinput::oid::regprocedure,
                   'OUTPUT ' || t.typoutput::oid::regprocedure,
                   'RECEIVE ' || nullif(t.typreceive::oid, 0)::regprocedure,
                   'SEND ' || nullif(t.typsend::oid, 0)::regprocedure,
                   format('LENGTH %s ALIGNMENT %s STORAGE %s CATEGORY %s', t.typlen, t.typalign, t.typstorage, t.typcategory)) END,
           CASE WHEN t.typtype = 'd' THEN
               concat_ws(E'\n',
                   'AS ' || format_type(t.typbasetype, t.typtypmod),
                   CASE WHEN t.typcollation <> b.typcollation THEN 'COLLATE ' || t.typcollation::regcollation END,
                   CASE WHEN t.typnotnull THEN 'NOT NULL' END,
                   'DEFAULT ' || pg_get_expr(t.typdefaultbin, 0),
                   (SELECT string_agg(format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), E'\n'
                                      ORDER BY k.conname COLLATE "C")
                    FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')) END,
           'OWNER ' || quote_ident(pg_get_userbyid(t.typowner))
       ) AS definition
FROM pg_type t
JOIN space n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typtype <> 'm'
  AND t.typisdefined
  AND (t.typrelid = 0 OR c.relkind = 'c')
  AND NOT EXISTS (SELECT FROM pg_type item WHERE item.typarray = t.oid)
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
-- The names of some columns differ between versions of PostgreSQL, hence the detour through JSON.
SELECT 'pg_collation'::regclass, l.oid, 'collation', format('%I.%I', n.nspname, l.collname),
       concat_ws(E'\n',
           'PROVIDER ' || l.collprovider::text,
           'LC_COLLATE ' || l.collcollate,
           'LC_CTYPE ' || l.collctype,
           'LOCALE ' || coalesce(to_jsonb(l) ->> 'colliculocale', to_jsonb(l) ->> 'colllocale'),
           'RULES ' || (to_jsonb(l) ->> 'collicurules'),
           CASE WHEN NOT l.collisdeterministic THEN 'NOT DETERMINISTIC' END,
           'OWNER ' || quote_ident(pg_get_userbyid(l.collowner)))
FROM pg_collation l
JOIN space n ON n.oid = l.collnamespace
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_collation'::regclass AND e.objid = l.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_ts_config'::regclass, f.oid, 'text search configuration', format('%I.%I', n.nspname, f.cfgname),
       concat_ws(E'\n',
           (SELECT format('PARSER %I.%I', pn.nspname, p.prsname) FROM pg_ts_parser p
            JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE p.oid = f.cfgparser),
           (SELECT string_agg(format('%s: %s', k.alias, m.dictionaries), E'\n' ORDER BY k.alias COLLATE "C")
            FROM (SELECT mapcfg, maptokentype,
                         string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries
                  FROM pg_ts_config_map GROUP BY mapcfg, maptokentype) AS m
            JOIN ts_token_type(f.cfgparser) AS k ON k.tokid = m.maptokentype
            WHERE m.mapcfg = f.oid),
           'OWNER ' || quote_ident(pg_get_userbyid(f.cfgowner)))
FROM pg_ts_config f
JOIN space n ON n.oid = f.cfgnamespace
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = f.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_ts_dict'::regclass, d.oid, 'text search dictionary', format('%I.%I', n.nspname, d.dictname),
       concat_ws(E'\n',
           (SELECT format('TEMPLATE %I.%I', tn.nspname, t.tmplname) FROM pg_ts_template t
            JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate),
           d.dictinitoption,
           'OWNER ' || quote_ident(pg_get_userbyid(d.dictowner)))
FROM pg_ts_dict d
JOIN space n ON n.oid = d.dictnamespace
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_ts_dict'::regclass AND e.objid = d.oid AND e.deptype = 'e')
