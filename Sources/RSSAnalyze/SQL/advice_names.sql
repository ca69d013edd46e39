-- Functions, operators and types that PostgreSQL may evaluate with the rights of this session when it parses and plans
-- statements in which these names occur.
--
-- The planner evaluates calls of IMMUTABLE functions with constant arguments, to estimate those of STABLE ones as well, and puts
-- the bodies of SQL functions in place. Parsing a constant calls the functions of its type.
--
-- Parameters:
--   $1  text[]    names of the statements, whatever they name
--   $2  text[]    operators of the statements
--   $3  text[]    the schemas of the search path
--   $4  bigint[]  the OIDs of trusted roles
-- Columns: what it is: function, operator, type or row (the type of a relation's rows); schema, name; the object as a message names
-- it; its owner; whether what counts are arguments that another role wrote, and not the owner.
WITH place AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname = ANY ($3::text[]) OR n.nspname = ANY ($1::text[]) OR n.nspname = 'pg_catalog'
), found AS (
    SELECT 'function' AS kind, place.nspname, p.proname AS name, format('function %s', p.oid::regprocedure) AS object,
           p.proowner AS owner, false AS by_arguments
    FROM pg_proc p JOIN place ON place.oid = p.pronamespace
    WHERE p.proname = ANY ($1::text[]) AND p.proowner <> ALL ($4::bigint[]::oid[])
    UNION ALL
    -- Some functions of PostgreSQL and of superusers run SQL, read files or settings that their arguments name. Immutable ones
    -- do nothing of the kind; volatile ones are not evaluated before the statement is run, unless they are SQL.
    SELECT 'function', place.nspname, p.proname, format('function %s', p.oid::regprocedure), p.proowner, true
    FROM pg_proc p JOIN place ON place.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname = ANY ($1::text[]) AND p.proowner = ANY ($4::bigint[]::oid[]) AND p.pronargs > 0 AND p.prokind = 'f'
      AND (p.provolatile = 's' OR p.provolatile = 'v' AND l.lanname = 'sql')
      AND NOT (p.oid < 16384 AND l.lanname <> 'sql' AND p.proname NOT LIKE '%\_to\_xml%' AND p.proname <> 'current_setting'
               AND (p.proname NOT LIKE 'pg\_%' OR p.proname IN ('pg_typeof', 'pg_column_size', 'pg_has_role')))
      AND NOT (p.oid < 16384 AND l.lanname = 'sql' AND p.proname IN ('date_part', 'timestamp', 'timestamptz', 'timezone',
                   'age', 'overlaps', 'lpad', 'rpad', 'substring', 'extract', 'round', 'trunc', 'log', 'interval',
                   'to_timestamp', 'date_add', 'date_subtract'))
    UNION ALL
    SELECT 'operator', place.nspname, o.oprname, format('operator %s', o.oid::regoperator),
           CASE WHEN o.oprowner <> ALL ($4::bigint[]::oid[]) THEN o.oprowner ELSE p.proowner END, false
    FROM pg_operator o JOIN place ON place.oid = o.oprnamespace LEFT JOIN pg_proc p ON p.oid = o.oprcode
    WHERE o.oprname = ANY ($2::text[])
      AND (o.oprowner <> ALL ($4::bigint[]::oid[]) OR p.proowner <> ALL ($4::bigint[]::oid[]))
    UNION ALL
    SELECT CASE t.typtype WHEN 'c' THEN 'row' ELSE 'type' END, place.nspname, t.typname,
           format('type %s', format_type(t.oid, NULL)), t.typowner, false
    FROM pg_type t JOIN place ON place.oid = t.typnamespace
    WHERE t.typname = ANY ($1::text[]) AND t.typtype NOT IN ('e', 'p') AND t.typowner <> ALL ($4::bigint[]::oid[])
)
SELECT f.kind, f.nspname::text, f.name::text, f.object, pg_get_userbyid(f.owner)::text, f.by_arguments FROM found f
