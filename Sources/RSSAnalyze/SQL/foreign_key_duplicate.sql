-- check: foreign_key.duplicate
-- title: Foreign keys that are declared twice
-- severity: info
-- needs: none
-- why: Each of the two is checked at each write and at each change of the referenced row.
-- threshold: same columns of the same tables, in any order
-- source: pg_constraint; pg-index-health
-- trial: CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p REFERENCES
--      p)

WITH keys AS (
    SELECT k.oid, k.conname, k.conrelid, k.confrelid, k.convalidated,
           (SELECT string_agg(here || '>' || there, ',' ORDER BY here, there) FROM unnest(k.conkey, k.confkey) AS pair (here, there)) AS pairs
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
)
SELECT format('%s.%I', x.conrelid::regclass, x.conname) AS object,
       format('References the same columns of %s as %I.', x.confrelid::regclass, min(y.conname)) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER TABLE %s DROP CONSTRAINT %I;', x.conrelid::regclass, x.conname) AS fix
FROM keys x
JOIN keys y ON y.conrelid = x.conrelid AND y.confrelid = x.confrelid AND y.pairs = x.pairs
           AND (y.convalidated, x.oid) > (x.convalidated, y.oid)
GROUP BY x.conrelid, x.confrelid, x.conname
ORDER BY object
