-- What roles with fewer rights than this session wrote, and what PostgreSQL would evaluate with this session's rights
-- in statements over relations.
--
-- $1 text[]: the relations, as SQL writes their names. $2 int: what is done with them: 0 they are read, 1 partitions of
-- them are made, attached and detached, 2 their rows are written into tables like them, 3 they are filled with whole rows, or
-- emptied, 4 rows of them are inserted, updated or deleted.
-- $3 oid[]: those roles, see lesser_roles.sql.
-- Columns: relation, its owner, the part of it that calls the code, the code, its owner; one row at most.
--
-- A plain SELECT belongs here: the planner evaluates the calls with constant arguments that it finds in the expressions of
-- indexes, CHECKs, statistics and partition keys. Neither SET ROLE nor SECURITY DEFINER confines what is called:
-- the one is undone by RESET ROLE, the other by a deferred trigger or a setting that outlives it.
WITH RECURSIVE rel (oid, uses, leads_down) AS (
    SELECT to_regclass(n)::oid, $2::int, true FROM unnest($1::text[]) AS n WHERE to_regclass(n) IS NOT NULL
    UNION
    SELECT n.oid, n.uses, n.leads_down FROM rel CROSS JOIN LATERAL (
        SELECT inhrelid, rel.uses, true FROM pg_inherits WHERE inhparent = rel.oid AND rel.leads_down
        UNION ALL
        SELECT inhparent, 0, false FROM pg_inherits WHERE inhrelid = rel.oid
        UNION ALL
        -- What a foreign key cascades to is written as well; what it looks up is read.
        SELECT conrelid, CASE WHEN rel.uses >= 3 AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
            THEN 4 ELSE 0 END, true FROM pg_constraint WHERE contype = 'f' AND confrelid = rel.oid AND rel.uses > 0
        UNION ALL
        SELECT confrelid, 0, true FROM pg_constraint WHERE contype = 'f' AND conrelid = rel.oid AND rel.uses > 0
        UNION ALL
        SELECT d.refobjid, rel.uses, true FROM pg_rewrite AS w
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_class'::regclass
        JOIN pg_class AS c ON c.oid = w.ev_class AND c.relkind = 'v'
        WHERE w.ev_class = rel.oid AND d.refobjid <> rel.oid
    ) AS n (oid, uses, leads_down)
), used AS MATERIALIZED (
    SELECT r.oid, max(r.uses) AS uses, c.relowner, c.relkind
    FROM rel AS r JOIN pg_class AS c ON c.oid = r.oid GROUP BY r.oid, c.relowner, c.relkind
), place (relation, part, classid, objid, subid, expression) AS MATERIALIZED (
    SELECT u.oid, 'index ' || quote_ident(c.relname), 'pg_class'::regclass, i.indexrelid, NULL::int,
        concat(i.indexprs::text, i.indpred::text)
    FROM used AS u JOIN pg_index AS i ON i.indrelid = u.oid JOIN pg_class AS c ON c.oid = i.indexrelid
    UNION ALL
    SELECT u.oid, 'constraint ' || quote_ident(c.conname), 'pg_constraint'::regclass, c.oid, NULL, c.conbin::text
    FROM used AS u JOIN pg_constraint AS c ON c.conrelid = u.oid WHERE c.contype IN ('c', 'x')
    UNION ALL
    SELECT u.oid, 'statistics ' || quote_ident(s.stxname), 'pg_statistic_ext'::regclass, s.oid, NULL,
        s.stxexprs::text
    FROM used AS u JOIN pg_statistic_ext AS s ON s.stxrelid = u.oid
    UNION ALL
    SELECT u.oid, 'partition key', 'pg_class'::regclass, u.oid, 0, p.partexprs::text
    FROM used AS u JOIN pg_partitioned_table AS p ON p.partrelid = u.oid
    UNION ALL
    SELECT u.oid, CASE WHEN a.attgenerated = '' THEN 'default of ' ELSE 'generated column ' END || quote_ident(a.attname),
        'pg_attrdef'::regclass, d.oid, NULL, d.adbin::text
    FROM used AS u JOIN pg_attrdef AS d ON d.adrelid = u.oid
    JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE a.attgenerated = 'v' OR a.attgenerated = 's' AND u.uses >= 2 OR a.attgenerated = '' AND u.uses = 4
    UNION ALL
    -- Before 15 it is the column that depends on what its expression calls.
    SELECT u.oid, 'generated column ' || quote_ident(a.attname), 'pg_class'::regclass, u.oid, a.attnum, NULL
    FROM used AS u JOIN pg_attribute AS a ON a.attrelid = u.oid
    WHERE a.attnum > 0 AND a.attgenerated = 's' AND u.uses >= 2
    UNION ALL
    SELECT u.oid, 'column ' || quote_ident(a.attname), 'pg_class'::regclass, u.oid, a.attnum, NULL
    FROM used AS u JOIN pg_attribute AS a ON a.attrelid = u.oid JOIN pg_type AS t ON t.oid = a.atttypid
    -- A value that is copied is not checked against its domain again; one of a range type is put into indexes.
    WHERE a.attnum > 0 AND t.oid >= 16384 AND (u.uses = 4 OR u.uses >= 2 AND t.typtype IN ('r', 'm'))
    UNION ALL
    SELECT u.oid, 'trigger ' || quote_ident(t.tgname), 'pg_trigger'::regclass, t.oid, NULL, t.tgqual::text
    FROM used AS u JOIN pg_trigger AS t ON t.tgrelid = u.oid
    -- Bits of tgtype: 4 INSERT, 8 DELETE, 16 UPDATE; those with none of them fire for TRUNCATE alone.
    -- Before 15, what a partition has of its table's triggers is internal, as the triggers of foreign keys are.
    WHERE (u.uses = 3 OR u.uses = 4 AND t.tgtype & 28 <> 0) AND t.tgenabled <> 'D'
        AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (
            SELECT FROM pg_constraint AS k WHERE k.oid = t.tgconstraint AND k.contype <> 't'))
    UNION ALL
    SELECT u.oid, 'policy ' || quote_ident(p.polname), 'pg_policy'::regclass, p.oid, NULL,
        concat(p.polqual::text, p.polwithcheck::text)
    FROM used AS u JOIN pg_policy AS p ON p.polrelid = u.oid WHERE row_security_active(u.oid)
    UNION ALL
    SELECT u.oid, CASE u.relkind WHEN 'v' THEN 'view' ELSE 'rule ' || quote_ident(w.rulename) END,
        'pg_rewrite'::regclass, w.oid, NULL, concat(w.ev_qual::text, w.ev_action::text)
    FROM used AS u JOIN pg_rewrite AS w ON w.ev_class = u.oid
    WHERE u.relkind = 'v' OR u.relkind IN ('r', 'p') AND u.uses >= 3
    UNION ALL
    SELECT NULL, 'event trigger ' || quote_ident(e.evtname), 'pg_event_trigger'::regclass, e.oid, NULL, NULL
    FROM pg_event_trigger AS e WHERE e.evtenabled <> 'D' AND $2::int > 0
), need (relation, part, classid, objid, subid) AS (
    SELECT relation, part, classid, objid, subid FROM place
    UNION
    SELECT need.relation, need.part, n.classid, n.objid, NULL FROM need CROSS JOIN LATERAL (
        SELECT d.refclassid, d.refobjid FROM pg_depend AS d
        WHERE d.classid = need.classid AND d.objid = need.objid AND (need.subid IS NULL OR d.objsubid = need.subid)
            AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
                'pg_opclass'::regclass)
        UNION ALL
        SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c
        WHERE need.classid = 'pg_type'::regclass AND c.contypid = need.objid
        UNION ALL
        SELECT 'pg_class'::regclass, t.typrelid FROM pg_type AS t
        WHERE need.classid = 'pg_type'::regclass AND t.oid = need.objid AND t.typrelid <> 0
        UNION ALL
        SELECT 'pg_proc'::regclass, s.amproc::oid FROM pg_opclass AS o
        JOIN pg_amproc AS s ON s.amprocfamily = o.opcfamily
        WHERE need.classid = 'pg_opclass'::regclass AND o.oid = need.objid
        UNION ALL
        SELECT 'pg_operator'::regclass, s.amopopr FROM pg_opclass AS o
        JOIN pg_amop AS s ON s.amopfamily = o.opcfamily
        WHERE need.classid = 'pg_opclass'::regclass AND o.oid = need.objid
    ) AS n (classid, objid)
), shown (relation, part, type) AS (
    SELECT u.oid, 'column ' || quote_ident(a.attname), a.atttypid
    FROM used AS u JOIN pg_attribute AS a ON a.attrelid = u.oid AND a.attnum > 0 AND a.atttypid >= 16384
    UNION
    SELECT shown.relation, shown.part, n.type FROM shown CROSS JOIN LATERAL (
        SELECT t.typelem FROM pg_type AS t WHERE t.oid = shown.type
        UNION ALL
        SELECT t.typbasetype FROM pg_type AS t WHERE t.oid = shown.type
        UNION ALL
        SELECT a.atttypid FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
        WHERE t.oid = shown.type AND t.typrelid <> 0
        UNION ALL
        SELECT r.rngsubtype FROM pg_range AS r WHERE shown.type IN (r.rngtypid, r.rngmultitypid)
    ) AS n (type) WHERE n.type >= 16384
), found (relation, part, code, role) AS (
    SELECT need.relation, need.part, 'function ' || p.oid::regprocedure::text, p.proowner
    FROM need JOIN pg_proc AS p ON need.classid = 'pg_proc'::regclass AND p.oid = need.objid
    WHERE p.proowner = ANY ($3::oid[])
    UNION
    SELECT need.relation, need.part, 'operator ' || o.oid::regoperator::text, o.oprowner
    FROM need JOIN pg_operator AS o ON need.classid = 'pg_operator'::regclass AND o.oid = need.objid
    WHERE o.oprowner = ANY ($3::oid[])
    UNION
    -- Its owner may add a CHECK at any time, which no lock of ours prevents.
    SELECT need.relation, need.part, 'domain ' || format_type(t.oid, NULL), t.typowner
    FROM need JOIN pg_type AS t ON need.classid = 'pg_type'::regclass AND t.oid = need.objid AND t.typtype = 'd'
    JOIN used AS u ON u.oid = need.relation AND u.uses >= 2
    WHERE t.typowner = ANY ($3::oid[])
    UNION
    -- Whoever owns a type may make casts of it: they run wherever a value of it is shown, compared, or made JSON. No dependency
    -- leads to them.
    SELECT s.relation, s.part, format('cast from %s to %s', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)),
        p.proowner
    FROM (SELECT relation, part, type FROM shown
          UNION SELECT relation, part, objid FROM need WHERE classid = 'pg_type'::regclass AND objid >= 16384) AS s
    JOIN pg_cast AS k ON s.type IN (k.castsource, k.casttarget) JOIN pg_proc AS p ON p.oid = k.castfunc
    WHERE p.proowner = ANY ($3::oid[])
    UNION
    -- It is read where its server says, with what the session's system user may do there.
    SELECT u.oid, 'foreign table', 'server ' || quote_ident(s.srvname), x.role
    FROM used AS u JOIN pg_foreign_table AS f ON f.ftrelid = u.oid JOIN pg_foreign_server AS s ON s.oid = f.ftserver
    CROSS JOIN LATERAL (VALUES (u.relowner), (s.srvowner)) AS x (role)
    WHERE x.role = ANY ($3::oid[])
    UNION
    -- Functions of superusers and extensions that a lesser role made triggers of, with arguments of its own: lo_manage deletes
    -- the large objects that a row names, check_foreign_key runs what it is given.
    SELECT u.oid, 'trigger ' || quote_ident(t.tgname), 'function ' || p.oid::regprocedure::text, u.relowner
    FROM used AS u JOIN pg_trigger AS t ON t.tgrelid = u.oid JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE u.relowner = ANY ($3::oid[]) AND (u.uses = 3 OR u.uses = 4 AND t.tgtype & 28 <> 0)
        AND t.tgenabled <> 'D'
        AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (
            SELECT FROM pg_constraint AS k WHERE k.oid = t.tgconstraint AND k.contype <> 't'))
        AND NOT (p.oid < 16384 AND p.proname IN ('suppress_redundant_updates_trigger', 'tsvector_update_trigger',
            'tsvector_update_trigger_column'))
        AND (t.tgnargs > 0 OR NOT has_function_privilege(u.relowner, p.oid, 'EXECUTE')
            OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
    UNION
    -- Functions of PostgreSQL and of superusers with arguments that a lesser role wrote: some run SQL, read files, write
    -- settings. Immutable ones do nothing of the kind, of the others only those that are known, or that take no argument.
    SELECT place.relation, place.part, 'function ' || p.oid::regprocedure::text, u.relowner
    FROM place JOIN used AS u ON u.oid = place.relation AND u.relowner = ANY ($3::oid[])
    CROSS JOIN LATERAL regexp_matches(place.expression, ':funcid (\d+)', 'g') AS m (ids)
    JOIN pg_proc AS p ON p.oid = m.ids[1]::oid
    WHERE NOT has_function_privilege(u.relowner, p.oid, 'EXECUTE')
        OR p.provolatile <> 'i' AND p.pronargs > 0 AND NOT (p.oid < 16384 AND CASE p.provolatile
            WHEN 's' THEN p.proname NOT LIKE '%\_to\_xml%' AND p.proname <> 'current_setting'
                AND (p.proname NOT LIKE 'pg\_%' OR p.proname IN ('pg_typeof', 'pg_column_size', 'pg_has_role'))
            ELSE p.proname IN ('nextval', 'random', 'random_normal', 'uuidv7') END)
)
SELECT CASE WHEN c.oid IS NULL THEN quote_ident(current_database()) ELSE format('%I.%I', n.nspname, c.relname) END AS relation,
    coalesce(c.relowner, f.role)::regrole::text AS owner, f.part, f.code, f.role::regrole::text AS role
FROM found AS f LEFT JOIN pg_class AS c ON c.oid = f.relation LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY 1, 3, 4
LIMIT 1
