-- The categories that hardware and recycling records are filed under, with the entries that a new system needs.
-- Categories are data: more may be added at any time, and an entry that exists already is left as it is.

CREATE TABLE categories (
    id          uuid         NOT NULL DEFAULT gen_random_uuid(),
    name        varchar(100) NOT NULL,
    parent_id   uuid,
    description text,
    is_active   boolean      NOT NULL DEFAULT true,
    created_at  timestamptz  NOT NULL DEFAULT now(),
    updated_at  timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT categories_pkey PRIMARY KEY (id),
    CONSTRAINT categories_name_key UNIQUE (name),
    CONSTRAINT categories_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES categories (id),
    CONSTRAINT categories_parent_check CHECK (parent_id <> id)
);
CREATE INDEX idx_categories_parent_id ON categories (parent_id);
COMMENT ON TABLE categories IS 'Kinds of equipment. An import file names a category by its name.';
COMMENT ON COLUMN categories.parent_id IS 'The category above this one; NULL at the top.';

INSERT INTO categories (name) VALUES
    ('Desktop'), ('Laptop'), ('Monitor'), ('Printer'), ('Server'), ('Network Switch'), ('Router'),
    ('Access Point'), ('UPS'), ('Phone'), ('Tablet'), ('Projector'), ('Scanner'), ('Storage')
ON CONFLICT (name) DO NOTHING;
