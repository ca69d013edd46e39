-- Prepares the statement of rssctl.statement, plans it by rssctl.explain for no values in particular, and leaves the plan in rssctl.result. The
-- path of the user holds for these two alone; until it is the session's again every name and operator is qualified.
DO $$
DECLARE
    plan pg_catalog.json;
BEGIN
    PERFORM pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true);
    PERFORM pg_catalog.set_config('enable_partition_pruning', 'off', true);
    PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('rssctl.path'), true);
    EXECUTE pg_catalog.current_setting('rssctl.statement');
    EXECUTE pg_catalog.current_setting('rssctl.explain') INTO plan;
    PERFORM pg_catalog.set_config('rssctl.result', plan::pg_catalog.text, false);
END $$
