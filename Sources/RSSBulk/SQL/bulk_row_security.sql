-- Whether policies decide over single rows of a table ($1) for the session's role, which may otherwise write to it: a refusal
-- then means the row.
SELECT row_security_active(to_regclass($1)::oid) AND has_table_privilege(to_regclass($1)::oid, 'SELECT')
    AND has_table_privilege(to_regclass($1)::oid, 'INSERT') AND has_table_privilege(to_regclass($1)::oid, 'UPDATE');
