-- Whether a role ($1) may delete rows of a table ($2); false for a role that is gone.
SELECT coalesce(bool_or(has_table_privilege(r.oid, to_regclass($2)::oid, 'DELETE')), false)
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = $1;
