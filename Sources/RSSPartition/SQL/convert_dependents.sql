-- What a conversion carries over, and what changes, in words.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text    the column that it is to be partitioned by
--   $3  text    the name of the key registry; NULL for none
--
-- Columns:
--   is_change   whether it is something that changes
--   is_asked    whether the user has to confirm it
--   words

SELECT is_change, is_change AND rank <= 1 AS is_asked, words FROM (
    SELECT false AS is_change, 1 AS rank, format('view %s', v.oid::regclass) AS words
    FROM pg_class v WHERE v.relkind = 'v' AND v.oid IN (
        SELECT r.ev_class FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid)
    UNION ALL
    SELECT false, 2, format('rule %I on %s', r.rulename, r.ev_class::regclass)
    FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.oid IN (
        SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid)
    UNION ALL
    SELECT false, 3, format('trigger %I', tgname) FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal
    UNION ALL
    SELECT false, 4, format('policy %I', polname) FROM pg_policy WHERE polrelid = $1::oid
    UNION ALL
    SELECT false, 5, format('publication %I', p.pubname) FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = $1::oid
    UNION ALL
    SELECT false, 6, format('function %s', p.oid::regprocedure) FROM pg_proc p WHERE p.oid IN (
        SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid)
    UNION ALL
    SELECT false, 7, format('grants to %s', string_agg(DISTINCT CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, ', '))
    FROM pg_class c, aclexplode(c.relacl) e WHERE c.oid = $1::oid AND e.grantee <> c.relowner HAVING count(*) > 0
    UNION ALL
    SELECT false, 8, format('sequence %s', c.oid::regclass) FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind = 'S'
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT false, 9, format('statistics %I', stxname) FROM pg_statistic_ext WHERE stxrelid = $1::oid
    UNION ALL
    SELECT false, 10, format('foreign key %I', conname) FROM pg_constraint WHERE conrelid = $1::oid AND contype = 'f' AND conparentid = 0
    UNION ALL
    SELECT false, 11, 'comments, column settings, replica identity'
    UNION ALL
    SELECT true, 1, format('the primary key (%s) becomes (%1$s, %I): ON CONFLICT (%1$s) finds no constraint any more, %3$s',
                           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.n) FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS u (attnum, n)
                            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum), $2::text,
                           CASE WHEN $3::text IS NULL THEN 'no foreign key can reference it, and nothing keeps it unique without --global-unique'
                                ELSE format('it stays unique through %I, which foreign keys reference', $3::text) END)
    FROM pg_index i WHERE i.indrelid = $1::oid AND i.indisprimary
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = $2)
    UNION ALL
    SELECT true, 0, format('%s has no key that identifies its rows: partition split, drain and merge will refuse it; give it one before: ALTER TABLE %1$s ADD COLUMN … GENERATED ALWAYS AS IDENTITY PRIMARY KEY', $1::oid::regclass)
    WHERE NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND NOT a.attnotnull
                            AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])))
    UNION ALL
    SELECT true, 2, format('%I stays unique through %I, and no longer through %s', a.attname, $3::text, i.indexrelid::regclass)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = $1::oid AND i.indisunique AND NOT i.indisprimary AND $3::text IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.attname = $2)
    UNION ALL
    SELECT true, 3, format('%I of %s references %I', k.conname, k.conrelid::regclass, $3::text)
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = $1::oid AND k.conname NOT LIKE 'rssctl\_convert\_%'
    UNION ALL
    SELECT true, 4, format('the trigger function %s reads TG_TABLE_NAME or TG_RELID: it will be the partition''s', p.oid::regprocedure)
    FROM pg_proc p WHERE p.prosrc ~* 'tg_(table_name|relname|relid)' AND p.oid IN (
        SELECT tgfoid FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgtype & 1 = 1
                                        AND tgname IS DISTINCT FROM $3 || '_truncate')
    UNION ALL
    SELECT true, 5, format('storage parameters of new partitions come from the policy: %s', array_to_string(reloptions, ', '))
    FROM pg_class WHERE oid = $1::oid AND reloptions IS NOT NULL
) AS words
ORDER BY is_change, rank, words
