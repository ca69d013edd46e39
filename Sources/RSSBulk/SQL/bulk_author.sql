-- Whether a role ($1) may INSERT, UPDATE or DELETE ($3) every row of a table ($2), an update in every column. False for a role that
-- does not exist any more, and where row security lets it do that to some rows alone.
SELECT coalesce(bool_or(
    (has_table_privilege(r.oid, c.oid, $3) OR CASE $3
        WHEN 'DELETE' THEN false
        ELSE NOT EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                AND NOT has_column_privilege(r.oid, c.oid, a.attnum, $3)) END)
    AND (NOT c.relrowsecurity OR r.rolsuper OR r.rolbypassrls
        OR NOT c.relforcerowsecurity AND pg_has_role(r.oid, c.relowner, 'USAGE'))), false)
FROM pg_roles AS r CROSS JOIN pg_class AS c
WHERE r.rolname = $1 AND c.oid = to_regclass($2)::oid;
