-- Files that were uploaded, in a schema of their own. The content is in the file store; the row describes it.

CREATE SCHEMA IF NOT EXISTS files;
COMMENT ON SCHEMA files IS 'Descriptions of uploaded files.';

CREATE TABLE files.file_attachments (
    id                uuid         NOT NULL DEFAULT gen_random_uuid(),
    visit_report_id   uuid,
    uploaded_by       uuid,
    file_name         varchar(255) NOT NULL,
    file_type         varchar(100) NOT NULL,
    file_size         bigint       NOT NULL,
    storage_path      text,
    checksum_sha256   char(64),
    is_processed      boolean      NOT NULL DEFAULT false,
    virus_scanned     boolean      NOT NULL DEFAULT false,
    virus_scan_result varchar(50),
    metadata          jsonb        NOT NULL DEFAULT '{}',
    created_at        timestamptz  NOT NULL DEFAULT now(),
    updated_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT file_attachments_pkey PRIMARY KEY (id),
    CONSTRAINT file_attachments_visit_report_id_fkey FOREIGN KEY (visit_report_id)
        REFERENCES visit_report_keys (id) ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT file_attachments_uploaded_by_fkey FOREIGN KEY (uploaded_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT file_attachments_file_size_check CHECK (file_size >= 0)
);
CREATE INDEX idx_file_attachments_composite
    ON files.file_attachments (visit_report_id, file_type, created_at);
CREATE INDEX idx_file_attachments_uploaded_by ON files.file_attachments (uploaded_by);
COMMENT ON TABLE files.file_attachments IS 'An uploaded file. Outlives its visit report, so that the stored content can still be found and removed.';
COMMENT ON COLUMN files.file_attachments.visit_report_id IS 'The visit report, through visit_report_keys; NULL if the file belongs to none, or its report was deleted.';
COMMENT ON COLUMN files.file_attachments.virus_scan_result IS 'clean, or failed; NULL while the scan is outstanding.';
