-- The permissions of every user who holds a role now: the backend's permission query for all users at once.
--
-- A user without a valid assignment has no row (the backend then caches an empty list). Sorted and without duplicates,
-- as ARRAY_AGG(DISTINCT ...) gives them. A resource whose value is not an array grants nothing.
--
-- Parameters: none.
-- Columns: user_id uuid, permissions text[] (empty, never NULL).

SELECT ura.user_id,
       coalesce(array_agg(DISTINCT granted.permission) FILTER (WHERE granted.permission IS NOT NULL), '{}') AS permissions
FROM public.user_role_assignments ura
JOIN public.access_roles ar ON ar.id = ura.role_id
LEFT JOIN LATERAL (
    SELECT jsonb_array_elements_text(CASE WHEN jsonb_typeof(resource.value) = 'array' THEN resource.value ELSE '[]' END) AS permission
    FROM jsonb_each(ar.permissions) AS resource
) AS granted ON true
WHERE ura.is_active
  AND (ura.expires_at IS NULL OR ura.expires_at > now())
GROUP BY ura.user_id
ORDER BY ura.user_id
