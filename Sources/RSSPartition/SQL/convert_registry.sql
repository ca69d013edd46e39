-- The statements that make the key registry of a table: one row for each of its rows, by which columns stay unique over
-- all partitions, with the triggers that maintain it. The same as visit_report_keys of V0003, which explains how it works,
-- for any table.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text    name of the registry
--   $3  text    the column that the table is partitioned by
--   $4  text[]  the columns that stay unique; the first is the primary key
--
-- One column: the statements in order.

WITH t AS (
    SELECT c.oid, c.relname, format('%I.%I', n.nspname, c.relname) AS name, n.nspname AS schema,
           quote_ident(pg_get_userbyid(c.relowner)) AS owner, format('%I.%I', n.nspname, $2::text) AS registry,
           format('%I.%I', n.nspname, $2::text || '_conflict') AS conflict
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid
), columns AS (
    SELECT u.n, a.attname, quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type,
           format_type(a.atttypid, NULL) AS argument, a.attnotnull, a.atttypid AS type_oid,
           CASE WHEN a.attcollation <> y.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END AS collate_clause
    FROM unnest($4::text[] || $3::text) WITH ORDINALITY AS u (name, n)
    JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attname = u.name
    JOIN pg_type y ON y.oid = a.atttypid
), lists AS (
    SELECT string_agg(name, ', ' ORDER BY n) AS names,
           string_agg('NEW.' || name, ', ' ORDER BY n) AS new_values,
           string_agg('$' || n, ', ' ORDER BY n) AS arguments,
           string_agg(argument, ', ' ORDER BY n) AS argument_types,
           string_agg(format('%s = NEW.%s', name, name), ', ' ORDER BY n) AS assignments,
           string_agg(format('OLD.%s IS DISTINCT FROM NEW.%s', name, name), ' OR ' ORDER BY n) AS changes,
           string_agg(format('rssctl_known.%s IS DISTINCT FROM $%s', name, n), ' OR ' ORDER BY n)
               FILTER (WHERE n BETWEEN 2 AND cardinality($4::text[])) AS other_changes,
           string_agg(format('%s = $%s', name, n), ', ' ORDER BY n)
               FILTER (WHERE n BETWEEN 2 AND cardinality($4::text[])) AS other_assignments,
           min(name) FILTER (WHERE n = 1) AS id,
           min(attname) FILTER (WHERE n = 1) AS id_name,
           min(name) FILTER (WHERE n > cardinality($4::text[])) AS key,
           max(n) AS key_number,
           -- Where the operators of the types are: a path of the function's own, without the schema of the table, in which others
           -- may create. The types of an extension need that of the extension.
           concat('pg_catalog', (SELECT string_agg(', ' || quote_ident(s.nspname), '' ORDER BY s.nspname) FROM (
               SELECT DISTINCT m.nspname FROM columns c JOIN pg_type y ON y.oid = c.type_oid JOIN pg_namespace m ON m.oid = y.typnamespace
               WHERE m.nspname <> 'pg_catalog') AS s), ', pg_temp') AS path
    FROM columns
), functions AS (
    SELECT 1 AS n, 'insert' AS what, '' AS arguments, 'trigger' AS returned, format($f$
BEGIN
    INSERT INTO %1$s (%2$s) VALUES (%3$s) ON CONFLICT (%4$s) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM %5$s(%3$s);
    END IF;
    RETURN NULL;
END
$f$, registry, names, new_values, id, conflict) AS body,
           'AFTER INSERT: enters the row in the key registry, or refuses a duplicate.' AS comment
    FROM t, lists
    UNION ALL
    SELECT 2, 'conflict', argument_types, 'void', format($f$
DECLARE
    rssctl_known %1$s%%ROWTYPE;
BEGIN
    LOOP
        -- The lock waits for a transaction that is moving or deleting the row just now.
        SELECT * INTO rssctl_known FROM %1$s WHERE %2$s = $1 FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        -- Deleted in the meantime: the key is free.
        INSERT INTO %1$s (%3$s) VALUES (%4$s) ON CONFLICT (%2$s) DO NOTHING;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;
    IF rssctl_known.%5$s IS DISTINCT FROM $%6$s THEN
        RAISE unique_violation USING
            MESSAGE = format('duplicate key value violates unique constraint "%%s"', %7$L),
            DETAIL = format('Key (%%s)=(%%s) already exists in %%s of %%s.', %8$L, $1, %9$L, rssctl_known.%5$s),
            SCHEMA = %10$L, TABLE = %11$L, CONSTRAINT = %7$L;
    END IF;%12$s
END
$f$, registry, id, names, lists.arguments, key, key_number, $2::text || '_pkey', id_name, relname, schema, $2::text,
           -- The second half of a move, or a row that comes back from an archive.
           CASE WHEN other_changes IS NULL THEN '' ELSE format($f$
    IF %s THEN
        UPDATE %s SET %s WHERE %s = $1;
    END IF;$f$, other_changes, registry, other_assignments, id) END),
           'Decides what a key that is in the registry already means for the row just inserted: a move, or a duplicate (SQLSTATE 23505).'
    FROM t, lists
    UNION ALL
    SELECT 3, 'update', '', 'trigger', format($f$
BEGIN
    UPDATE %1$s SET %2$s WHERE %3$s = OLD.%3$s;
    RETURN NEW;
END
$f$, registry, assignments, id), 'BEFORE UPDATE: carries new keys into the registry before the row moves.'
    FROM t, lists
    UNION ALL
    SELECT 4, 'delete', '', 'trigger', format($f$
BEGIN
    -- The first half of a move finds the new value here and deletes nothing.
    DELETE FROM %1$s WHERE %2$s = OLD.%2$s AND %3$s = OLD.%3$s;
    RETURN NULL;
END
$f$, registry, id, key), 'AFTER DELETE: removes the key, unless the row has only moved to another partition.'
    FROM t, lists
    UNION ALL
    SELECT 5, 'truncate', '', 'trigger', format($f$
DECLARE
    left_over boolean;
BEGIN
    IF TG_TABLE_NAME = %3$L THEN
        SELECT EXISTS (SELECT FROM %1$s) INTO left_over;
    ELSE
        SELECT EXISTS (SELECT FROM %2$s) INTO left_over;
    END IF;
    IF left_over THEN
        RAISE feature_not_supported USING
            MESSAGE = format('cannot truncate %%I alone: %%I and %%I belong together', TG_TABLE_NAME, %3$L, %4$L),
            HINT = 'Delete the rows, or truncate both.';
    END IF;
    RETURN NULL;
END
$f$, registry, name, relname, $2::text), 'AFTER TRUNCATE: refuses to empty the table or its key registry without the other.'
    FROM t, lists
), statements AS (
    SELECT 1 AS step, 0 AS n, format('CREATE TABLE %s (%s) WITH (fillfactor = 90)', registry, string_agg(part, ', ' ORDER BY kind, n)) AS statement
    FROM t, (
        SELECT 1 AS kind, n, format('%s %s%s%s', name, type, collate_clause, CASE WHEN attnotnull OR n > cardinality($4::text[]) THEN ' NOT NULL' ELSE '' END) AS part FROM columns
        UNION ALL
        SELECT 2, n, CASE n WHEN 1 THEN format('CONSTRAINT %I PRIMARY KEY (%s)', $2::text || '_pkey', name)
                            ELSE format('CONSTRAINT %I UNIQUE (%s)', left($2::text || '_' || attname, 59) || '_key', name) END
        FROM columns WHERE n <= cardinality($4::text[])
    ) AS parts
    GROUP BY registry
    UNION ALL
    SELECT 2, 0, format('COMMENT ON TABLE %s IS %L', registry, format('One row for each row of %s in every partition, kept by triggers; the target of foreign keys to it. Do not write to it by hand.', relname)) FROM t
    UNION ALL
    SELECT 2, 1, format('COMMENT ON COLUMN %s.%s IS %L', registry, key, 'Tells a move to another partition from a deletion. Not indexed, so that changing it stays a HOT update.') FROM t, lists
    UNION ALL
    SELECT 3, n, format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql SECURITY DEFINER%s AS %L', schema, $2::text || '_' || what,
                        functions.arguments, returned, CASE n WHEN 1 THEN '' ELSE ' SET search_path = ' || path END, body)
    FROM t, lists, functions
    UNION ALL
    SELECT 4, n, format('COMMENT ON FUNCTION %I.%I(%s) IS %L', schema, $2::text || '_' || what, functions.arguments, comment) FROM t, functions
    UNION ALL
    SELECT 5, n, format('REVOKE ALL ON FUNCTION %I.%I(%s) FROM PUBLIC', schema, $2::text || '_' || what, functions.arguments) FROM t, functions
    UNION ALL
    SELECT 6, 1, format('CREATE TRIGGER %I BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %I.%I()', 'zz_' || $2::text || '_update', name, changes, schema, $2::text || '_update') FROM t, lists
    UNION ALL
    SELECT 6, 2, format('CREATE TRIGGER %I AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION %I.%1$I()', $2::text || '_insert', name, schema) FROM t
    UNION ALL
    SELECT 6, 3, format('CREATE TRIGGER %I AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %I.%1$I()', $2::text || '_delete', name, schema) FROM t
    UNION ALL
    SELECT 6, 4, format('CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %I.%1$I()', $2::text || '_truncate', relation, schema)
    FROM t, unnest(ARRAY[name, registry]) AS u (relation)
)
SELECT statement FROM statements ORDER BY step, n
