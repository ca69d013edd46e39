-- The permissions of many users in one statement: for each, what the backend's own query returns,
-- ARRAY_AGG(DISTINCT permission) over the lists of all resource types of the roles that are assigned to the user and not
-- expired, as the JSON text that JSON.stringify writes.
--
-- Parameters:
--   $1  uuid[]  the users
--
-- Columns: user_id uuid, permissions text (NULL if there is none), wrong text (a resource type whose permissions are not a
-- list, with which the backend's query fails; NULL if there is none).

WITH assigned AS MATERIALIZED (
    SELECT a.user_id, r.key AS resource_type, r.value AS permissions
    FROM public.user_role_assignments a
    JOIN public.access_roles ar ON ar.id = a.role_id
    CROSS JOIN LATERAL jsonb_each(ar.permissions) r
    WHERE a.user_id = ANY ($1::uuid[])
      AND a.is_active
      AND (a.expires_at IS NULL OR a.expires_at > now())
), listed AS (
    SELECT a.user_id, to_json(array_agg(DISTINCT e.permission))::text AS permissions
    FROM assigned a
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(a.permissions) WHEN 'array' THEN a.permissions ELSE '[]' END) AS e(permission)
    GROUP BY a.user_id
), wrong AS (
    SELECT a.user_id, min(a.resource_type) AS resource_type
    FROM assigned a
    WHERE jsonb_typeof(a.permissions) <> 'array'
    GROUP BY a.user_id
)
SELECT w.id AS user_id, l.permissions, x.resource_type AS wrong
FROM unnest($1::uuid[]) AS w(id)
LEFT JOIN listed l ON l.user_id = w.id
LEFT JOIN wrong x ON x.user_id = w.id
