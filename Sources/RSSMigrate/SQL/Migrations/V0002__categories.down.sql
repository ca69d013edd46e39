-- Undoes V0002: drops the categories, those that were added later too.

DROP TABLE categories;
