-- Plans by rssctl.explain, and leaves in rssctl.result what the plan costs, how many rows it expects, and which indexes it uses.
--
-- A statement that changes rows returns none: what counts are those that it finds.
DO $$
DECLARE
    plan pg_catalog.json;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('rssctl.path'), true);
    EXECUTE pg_catalog.current_setting('rssctl.explain') INTO plan;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    PERFORM set_config('rssctl.result', json_build_object(
        'total', plan #> '{0,Plan,Total Cost}',
        'rows', CASE plan #>> '{0,Plan,Node Type}' WHEN 'ModifyTable' THEN plan #> '{0,Plan,Plans,0,Plan Rows}'
                ELSE plan #> '{0,Plan,Plan Rows}' END,
        'indexes', jsonb_path_query_array(plan::jsonb, 'lax $.**."Index Name"'))::text, false);
END $$
