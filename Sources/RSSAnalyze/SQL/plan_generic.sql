-- Prepares the statement of rssctl.statement, plans it by rssctl.explain once for all values, and leaves in rssctl.result what plan_cost.sql
-- leaves.
DO $$
DECLARE
    plan pg_catalog.json;
BEGIN
    PERFORM pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true);
    PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('rssctl.path'), true);
    EXECUTE pg_catalog.current_setting('rssctl.statement');
    EXECUTE pg_catalog.current_setting('rssctl.explain') INTO plan;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM set_config('rssctl.result', json_build_object(
        'total', plan #> '{0,Plan,Total Cost}', 'rows', plan #> '{0,Plan,Plan Rows}',
        'indexes', jsonb_path_query_array(plan::jsonb, 'lax $.**."Index Name"'))::text, false);
END $$
