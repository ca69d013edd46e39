-- Extensions, and the tables about organizations, their offices, their people and what those people may do.
--
-- pg_trgm lets a part of a report number be searched through an index; btree_gin lets organization_id take part in the
-- same GIN index as a full text. Both are trusted extensions: the owner of the database may create them without
-- being superuser.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE organizations (
    id            uuid         NOT NULL DEFAULT gen_random_uuid(),
    name          varchar(200) NOT NULL,
    contact_email varchar(254),
    contact_phone varchar(50),
    is_active     boolean      NOT NULL DEFAULT true,
    settings      jsonb        NOT NULL DEFAULT '{}',
    created_at    timestamptz  NOT NULL DEFAULT now(),
    updated_at    timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT organizations_name_check CHECK (btrim(name) <> '')
);
COMMENT ON TABLE organizations IS 'A customer whose offices are visited.';
COMMENT ON COLUMN organizations.is_active IS 'Cache warming covers active organizations only.';

CREATE TABLE offices (
    id              uuid         NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid         NOT NULL,
    name            varchar(200) NOT NULL,
    address_line    varchar(200),
    postal_code     varchar(20),
    city            varchar(100),
    region          varchar(100),
    country         varchar(100),
    latitude        double precision,
    longitude       double precision,
    time_zone       varchar(64),
    is_active       boolean      NOT NULL DEFAULT true,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT offices_pkey PRIMARY KEY (id),
    CONSTRAINT offices_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT offices_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    CONSTRAINT offices_longitude_check CHECK (longitude BETWEEN -180 AND 180)
);
CREATE INDEX idx_offices_organization_id ON offices (organization_id);
COMMENT ON TABLE offices IS 'A site of an organization: where a visit takes place.';
COMMENT ON COLUMN offices.time_zone IS 'IANA name, for example Europe/Berlin. Information for people; no query depends on it.';

CREATE TABLE users (
    id              uuid         NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid,
    first_name      varchar(100),
    last_name       varchar(100),
    email           varchar(254) NOT NULL,
    phone           varchar(50),
    is_active       boolean      NOT NULL DEFAULT true,
    last_login_at   timestamptz,
    created_at      timestamptz  NOT NULL DEFAULT now(),
    updated_at      timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id)
);
CREATE UNIQUE INDEX idx_users_email ON users (lower(email));
CREATE INDEX idx_users_organization_id ON users (organization_id);
COMMENT ON TABLE users IS 'A person who signs in: technicians and office staff.';
COMMENT ON COLUMN users.organization_id IS 'NULL for our own staff, who belong to no customer.';
COMMENT ON COLUMN users.first_name IS 'May be NULL; a report shows whatever part of the name is known.';
COMMENT ON COLUMN users.email IS 'Unique without regard to upper and lower case (idx_users_email).';

CREATE TABLE access_roles (
    id          uuid         NOT NULL DEFAULT gen_random_uuid(),
    name        varchar(100) NOT NULL,
    description text,
    permissions jsonb        NOT NULL DEFAULT '{}',
    created_at  timestamptz  NOT NULL DEFAULT now(),
    updated_at  timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT access_roles_pkey PRIMARY KEY (id),
    CONSTRAINT access_roles_name_key UNIQUE (name),
    CONSTRAINT access_roles_permissions_check CHECK (jsonb_typeof(permissions) = 'object')
);
COMMENT ON TABLE access_roles IS 'A named set of permissions.';
COMMENT ON COLUMN access_roles.permissions IS 'An object whose keys are resources and whose values are arrays of permissions: {"visit_reports": ["visit_reports:read"]}.';

CREATE TABLE user_role_assignments (
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL,
    role_id    uuid        NOT NULL,
    is_active  boolean     NOT NULL DEFAULT true,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_role_assignments_pkey PRIMARY KEY (id),
    CONSTRAINT user_role_assignments_user_role_key UNIQUE (user_id, role_id),
    CONSTRAINT user_role_assignments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_role_assignments_role_id_fkey FOREIGN KEY (role_id) REFERENCES access_roles (id) ON DELETE CASCADE
);
CREATE INDEX idx_user_role_assignments_role_id ON user_role_assignments (role_id);
COMMENT ON TABLE user_role_assignments IS 'Which user holds which role, and until when.';
COMMENT ON COLUMN user_role_assignments.expires_at IS 'NULL: the assignment does not expire.';
