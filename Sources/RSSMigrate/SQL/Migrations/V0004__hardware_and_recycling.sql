-- What a visit records: the hardware that was found, and what was taken away for recycling.
-- Both reference the key registry, so a report that moves to another month keeps them.

CREATE TABLE hardware_inventory (
    id                uuid         NOT NULL DEFAULT gen_random_uuid(),
    visit_report_id   uuid         NOT NULL,
    category_id       uuid         NOT NULL,
    device_name       varchar(200) NOT NULL,
    manufacturer      varchar(100),
    model             varchar(100),
    serial_number     varchar(100),
    asset_tag         varchar(100),
    ip_address        inet,
    mac_address       macaddr,
    status            varchar(50)  NOT NULL DEFAULT 'active',
    condition_rating  smallint,
    location_building varchar(100),
    location_floor    varchar(50),
    location_room     varchar(50),
    warranty_expiry   date,
    specifications    jsonb        NOT NULL DEFAULT '{}',
    metadata          jsonb        NOT NULL DEFAULT '{}',
    created_at        timestamptz  NOT NULL DEFAULT now(),
    updated_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT hardware_inventory_pkey PRIMARY KEY (id),
    CONSTRAINT hardware_inventory_serial_number_key UNIQUE (serial_number),
    CONSTRAINT hardware_inventory_visit_report_id_fkey FOREIGN KEY (visit_report_id)
        REFERENCES visit_report_keys (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT hardware_inventory_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories (id),
    CONSTRAINT hardware_inventory_status_check CHECK (status IN
        ('active', 'inactive', 'maintenance', 'in_storage', 'faulty', 'retired', 'disposed', 'lost')),
    CONSTRAINT hardware_inventory_condition_rating_check CHECK (condition_rating BETWEEN 1 AND 5)
);
CREATE INDEX idx_hardware_inventory_composite
    ON hardware_inventory (visit_report_id, category_id, status, warranty_expiry);
CREATE INDEX idx_hardware_inventory_location
    ON hardware_inventory (location_building, location_floor, location_room);
CREATE INDEX idx_hardware_inventory_search ON hardware_inventory USING gin (
    to_tsvector('english',
        COALESCE(device_name, '') || ' ' ||
        COALESCE(manufacturer, '') || ' ' ||
        COALESCE(model, '') || ' ' ||
        COALESCE(serial_number, ''))
);
CREATE INDEX idx_hardware_inventory_category_id ON hardware_inventory (category_id);
COMMENT ON TABLE hardware_inventory IS 'A piece of equipment recorded during a visit. Deleted with its visit report.';
COMMENT ON COLUMN hardware_inventory.visit_report_id IS 'The visit report, through visit_report_keys.';
COMMENT ON COLUMN hardware_inventory.serial_number IS 'Unique where known; NULL if the device has none or it cannot be read.';
COMMENT ON COLUMN hardware_inventory.condition_rating IS '1 (scrap) to 5 (as new); NULL if not assessed.';
COMMENT ON COLUMN hardware_inventory.specifications IS 'Technical details of any shape, as the technician''s tool gives them.';
COMMENT ON COLUMN hardware_inventory.metadata IS 'About the row and not the device, for example {"bulkCreated": true, "batchIndex": 3}.';

CREATE TABLE recycling_records (
    id                 uuid          NOT NULL DEFAULT gen_random_uuid(),
    visit_report_id    uuid          NOT NULL,
    category_id        uuid          NOT NULL,
    item_description   varchar(200),
    quantity           integer       NOT NULL DEFAULT 1,
    weight_kg          numeric(10,3),
    status             varchar(50)   NOT NULL DEFAULT 'pending',
    pickup_date        date,
    recycler_name      varchar(200),
    certificate_number varchar(100),
    notes              text,
    metadata           jsonb         NOT NULL DEFAULT '{}',
    created_at         timestamptz   NOT NULL DEFAULT now(),
    updated_at         timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT recycling_records_pkey PRIMARY KEY (id),
    CONSTRAINT recycling_records_visit_report_id_fkey FOREIGN KEY (visit_report_id)
        REFERENCES visit_report_keys (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT recycling_records_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories (id),
    CONSTRAINT recycling_records_quantity_check CHECK (quantity > 0),
    CONSTRAINT recycling_records_weight_kg_check CHECK (weight_kg >= 0),
    CONSTRAINT recycling_records_status_check CHECK (status IN
        ('pending', 'scheduled', 'picked_up', 'processed', 'completed', 'cancelled'))
);
CREATE INDEX idx_recycling_records_composite
    ON recycling_records (visit_report_id, category_id, status, pickup_date);
CREATE INDEX idx_recycling_records_category_id ON recycling_records (category_id);
COMMENT ON TABLE recycling_records IS 'Equipment handed over for recycling during a visit. Deleted with its visit report.';
COMMENT ON COLUMN recycling_records.visit_report_id IS 'The visit report, through visit_report_keys.';
COMMENT ON COLUMN recycling_records.pickup_date IS 'NULL until a pickup is agreed.';
COMMENT ON COLUMN recycling_records.certificate_number IS 'Number of the recycler''s certificate of disposal.';
