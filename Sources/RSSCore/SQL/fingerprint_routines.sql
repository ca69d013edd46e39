-- Functions, procedures, aggregates and operators for a fingerprint, and the operator families and classes of indexes.
--
-- Columns: see fingerprint_tables.sql.

WITH space AS MATERIALIZED (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'rssctl')
)
SELECT 'pg_proc'::regclass::oid AS class,
       p.oid AS object,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS identity,
       concat_ws(E'\n',
           CASE WHEN p.prokind <> 'a' THEN rtrim(pg_get_functiondef(p.oid), E'\n') END,
           CASE WHEN p.prokind = 'a' THEN
               format('%s RETURNS %s', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) END,
           CASE WHEN p.prokind = 'a' THEN 'PARALLEL ' || p.proparallel::text END,
           'KIND ' || nullif(a.aggkind, 'n')::text,
           'SFUNC ' || a.aggtransfn::oid::regprocedure,
           'STYPE ' || format_type(a.aggtranstype, NULL) || nullif(format('(%s)', a.aggtransspace), '(0)'),
           'FINALFUNC ' || nullif(a.aggfinalfn::oid, 0)::regprocedure || CASE WHEN a.aggfinalextra THEN ' EXTRA' ELSE '' END
               || ' ' || a.aggfinalmodify::text,
           'COMBINEFUNC ' || nullif(a.aggcombinefn::oid, 0)::regprocedure,
           'SERIALFUNC ' || nullif(a.aggserialfn::oid, 0)::regprocedure,
           'DESERIALFUNC ' || nullif(a.aggdeserialfn::oid, 0)::regprocedure,
           'MSFUNC ' || nullif(a.aggmtransfn::oid, 0)::regprocedure,
           'MINVFUNC ' || nullif(a.aggminvtransfn::oid, 0)::regprocedure,
           'MSTYPE ' || format_type(nullif(a.aggmtranstype, 0), NULL),
           'MFINALFUNC ' || nullif(a.aggmfinalfn::oid, 0)::regprocedure,
           'INITCOND ' || quote_literal(a.agginitval),
           'MINITCOND ' || quote_literal(a.aggminitval),
           'SORTOP ' || nullif(a.aggsortop, 0)::regoperator,
           'OWNER ' || quote_ident(pg_get_userbyid(p.proowner))
       ) AS definition
FROM pg_proc p
JOIN space n ON n.oid = p.pronamespace
LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
  -- What report install keeps, so that report uninstall can put it back, is no part of the schema.
  AND p.proname !~ '^rssctl_old_get_visit_reports_optimized(_[0-9]+)?$'
UNION ALL
SELECT 'pg_operator'::regclass, o.oid, 'operator', o.oid::regoperator::text,
       concat_ws(E'\n',
           'FUNCTION ' || o.oprcode::oid::regprocedure,
           'RETURNS ' || format_type(o.oprresult, NULL),
           'COMMUTATOR ' || nullif(o.oprcom, 0)::regoperator,
           'NEGATOR ' || nullif(o.oprnegate, 0)::regoperator,
           'RESTRICT ' || nullif(o.oprrest::oid, 0)::regprocedure,
           'JOIN ' || nullif(o.oprjoin::oid, 0)::regprocedure,
           CASE WHEN o.oprcanmerge THEN 'MERGES' END,
           CASE WHEN o.oprcanhash THEN 'HASHES' END,
           'OWNER ' || quote_ident(pg_get_userbyid(o.oprowner)))
FROM pg_operator o
JOIN space n ON n.oid = o.oprnamespace
-- One that only another operator has named is a shell.
WHERE o.oprcode <> 0
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_opfamily'::regclass, f.oid, 'operator family', format('%I.%I USING %I', n.nspname, f.opfname, m.amname),
       concat_ws(E'\n',
           (SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C")
            FROM (SELECT format('OPERATOR %s %s%s', ao.amopstrategy, ao.amopopr::regoperator,
                                CASE ao.amoppurpose WHEN 'o' THEN ' FOR ORDER BY' ELSE '' END) AS line
                  FROM pg_amop ao WHERE ao.amopfamily = f.oid
                  UNION ALL
                  SELECT format('FUNCTION %s (%s, %s) %s', ap.amprocnum, format_type(ap.amproclefttype, NULL),
                                format_type(ap.amprocrighttype, NULL), ap.amproc::oid::regprocedure)
                  FROM pg_amproc ap WHERE ap.amprocfamily = f.oid) AS members),
           'OWNER ' || quote_ident(pg_get_userbyid(f.opfowner)))
FROM pg_opfamily f
JOIN space n ON n.oid = f.opfnamespace
JOIN pg_am m ON m.oid = f.opfmethod
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid AND e.deptype = 'e')
UNION ALL
SELECT 'pg_opclass'::regclass, c.oid, 'operator class', format('%I.%I USING %I', n.nspname, c.opcname, m.amname),
       concat_ws(E'\n',
           'FOR TYPE ' || format_type(c.opcintype, NULL),
           CASE WHEN c.opcdefault THEN 'DEFAULT' END,
           (SELECT format('FAMILY %I.%I', fn.nspname, f.opfname) FROM pg_opfamily f
            JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE f.oid = c.opcfamily),
           'STORAGE ' || format_type(nullif(c.opckeytype, 0), NULL),
           'OWNER ' || quote_ident(pg_get_userbyid(c.opcowner)))
FROM pg_opclass c
JOIN space n ON n.oid = c.opcnamespace
JOIN pg_am m ON m.oid = c.opcmethod
WHERE NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_opclass'::regclass AND e.objid = c.oid AND e.deptype = 'e')
