-- Puts into schema public, for every operator of pg_catalog and every function of it that has one of the names in
-- shadow.called, what PostgreSQL would take in its place: the same name with arguments that are cast to those of the
-- original without being asked. Each writes SHADOW ALARM, the database and the query into the server's log.
--
-- To be run by a role that may create objects in public and has no other right. Before it: CREATE SCHEMA shadow;
-- CREATE TABLE shadow.called (name text).
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = warning;

-- How a value of another type may be given for a parameter: by an implicit cast, or because any type may.
CREATE TEMPORARY TABLE fits AS
SELECT t.oid AS parameter, t.oid AS argument FROM pg_type t WHERE t.typtype <> 'p'
UNION
SELECT c.casttarget, c.castsource FROM pg_cast c WHERE c.castcontext = 'i'
UNION
SELECT p.oid, s.oid
FROM pg_type p
JOIN pg_type s ON s.oid = ANY (string_to_array(CASE
    WHEN p.typname IN ('anyarray', 'anycompatiblearray')
        THEN 'oid[] text[] name[] int2[] int4[] "char"[] int2vector oidvector uuid[] regclass[]'
    WHEN p.typname IN ('any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray')
        THEN 'oid text name varchar int2 int4 int8 "char" regclass regnamespace boolean timestamptz date jsonb uuid numeric float8 xid'
    ELSE '' END, ' ')::regtype[]::oid[])
WHERE p.typtype = 'p';

CREATE TEMPORARY TABLE wanted_operator AS
SELECT DISTINCT o.oprname AS name, l.argument AS lefts, r.argument AS rights
FROM pg_operator o
LEFT JOIN fits l ON l.parameter = o.oprleft
JOIN fits r ON r.parameter = o.oprright
WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND (o.oprleft = 0 OR l.argument IS NOT NULL)
  AND o.oprname NOT IN ('=>')
  AND NOT EXISTS (SELECT FROM pg_operator e
                  WHERE e.oprnamespace = 'pg_catalog'::regnamespace AND e.oprname = o.oprname
                    AND e.oprleft = coalesce(l.argument, 0) AND e.oprright = r.argument);

-- VARIADIC "any" becomes up to four arguments.
CREATE TEMPORARY TABLE original AS
SELECT p.oid, p.proname AS name, p.proretset AS is_set, p.prorettype AS result,
       CASE WHEN p.provariadic <> 0 AND p.proargtypes[p.pronargs - 1] = '"any"'::regtype
            THEN (p.proargtypes::oid[])[0:p.pronargs - 2] || array_fill('"any"'::regtype::oid, ARRAY[more])
            ELSE p.proargtypes::oid[] END AS parameters
FROM pg_proc p
JOIN shadow.called c ON c.name = p.proname
CROSS JOIN LATERAL generate_series(1, CASE WHEN p.provariadic <> 0 THEN 4 ELSE 1 END) AS more
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs BETWEEN 1 AND 5;

CREATE TEMPORARY TABLE wanted_function (name text, arguments oid[], is_set boolean, result oid);
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM original LOOP
        -- Of very many combinations some: every type comes at each place, beside those of the original.
        INSERT INTO wanted_function
        WITH RECURSIVE combined AS (
            SELECT 0 AS place, '{}'::oid[] AS arguments
            UNION ALL
            SELECT c.place + 1, c.arguments || f.argument
            FROM combined c JOIN fits f ON f.parameter = (one.parameters)[c.place + array_lower(one.parameters, 1)]
            WHERE c.place < cardinality(one.parameters)
              AND (c.place < 2 OR f.argument IN (one.parameters[c.place + array_lower(one.parameters, 1)], 'text'::regtype, 'name'::regtype, 'oid'::regtype, 'int4'::regtype))
        )
        SELECT one.name, arguments, one.is_set, one.result FROM combined WHERE place = cardinality(one.parameters) LIMIT 700;
    END LOOP;
END $$;

DO $$
DECLARE
    one record;
    number integer := 0;
    body text := 'LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $f$ BEGIN
        RAISE LOG ''SHADOW ALARM % %'', current_database(), left(current_query(), 300);
        RETURN; END $f$';
    plain text := replace(body, 'RETURN;', 'RETURN NULL;');
    made text;
BEGIN
    FOR one IN SELECT DISTINCT lefts, rights FROM wanted_operator LOOP
        number := number + 1;
        made := format('public.shadow_%s', number);
        EXECUTE format('CREATE FUNCTION %s(%s) RETURNS boolean %s', made,
            concat_ws(', ', nullif(one.lefts, 0)::regtype, one.rights::regtype), plain);
        PERFORM set_config('shadow.made', made, true);
        EXECUTE (
            SELECT string_agg(format('CREATE OPERATOR public.%s (%sRIGHTARG = %s, FUNCTION = %s)', w.name,
                CASE WHEN w.lefts IS NOT NULL THEN format('LEFTARG = %s, ', w.lefts::regtype) END, w.rights::regtype, made), '; ')
            FROM wanted_operator w WHERE w.lefts IS NOT DISTINCT FROM one.lefts AND w.rights = one.rights);
    END LOOP;
    FOR one IN
        SELECT w.name, w.arguments, bool_or(w.is_set) AS is_set, min(w.result::bigint)::oid AS result
        FROM wanted_function w
        WHERE NOT EXISTS (SELECT FROM pg_proc e WHERE e.pronamespace = 'pg_catalog'::regnamespace AND e.proname = w.name
                          AND e.proargtypes::oid[] = w.arguments)
        GROUP BY w.name, w.arguments
    LOOP
        EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s%s %s', one.name,
            (SELECT string_agg(a::regtype::text, ', ' ORDER BY place) FROM unnest(one.arguments) WITH ORDINALITY AS u (a, place)),
            CASE WHEN one.is_set THEN 'SETOF ' END,
            CASE WHEN (SELECT typtype FROM pg_type WHERE oid = one.result) = 'p' THEN 'text' ELSE one.result::regtype::text END,
            CASE WHEN one.is_set THEN body ELSE plain END);
    END LOOP;
END $$;

SELECT (SELECT count(*) FROM pg_operator WHERE oprnamespace = 'public'::regnamespace AND oprowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)),
       (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user));
