-- The categories by which an import file may name what it holds.
SELECT id, name FROM public.categories;
