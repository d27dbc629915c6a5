"""First light: workspaces, connections, posts, publications, lanes, ledgers."""

from alembic import op

revision = "0001"
down_revision = None

CLOCK = """
CREATE TABLE app_clock (
    only_row boolean CONSTRAINT pk_app_clock PRIMARY KEY DEFAULT true,
    is_test boolean NOT NULL DEFAULT false,
    ahead interval NOT NULL DEFAULT '0',
    CONSTRAINT ck_app_clock_only_row CHECK (only_row),
    CONSTRAINT ck_app_clock_offset_needs_test CHECK (is_test OR ahead = '0')
);
INSERT INTO app_clock DEFAULT VALUES;
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT statement_timestamp() + (SELECT ahead FROM app_clock) $$;
"""

TABLES = """
CREATE TABLE workspaces (
    id text CONSTRAINT pk_workspaces PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX uq_workspaces_name ON workspaces (name);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit_log PRIMARY KEY,
    at timestamptz NOT NULL,
    workspace_id text NOT NULL CONSTRAINT fk_audit_log_workspace_id REFERENCES workspaces,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL
);
CREATE INDEX ix_audit_log_workspace_id ON audit_log (workspace_id);

CREATE TABLE platform_apps (
    id text CONSTRAINT pk_platform_apps PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_platform_apps_workspace_id REFERENCES workspaces,
    platform text NOT NULL,
    client_key text NOT NULL,
    client_secret bytea NOT NULL,
    kind text NOT NULL,
    redirect_uri text NOT NULL,
    base_url text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_platform_apps_workspace_id_platform_client_key
        UNIQUE (workspace_id, platform, client_key)
);

CREATE TABLE connections (
    id text CONSTRAINT pk_connections PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_connections_workspace_id REFERENCES workspaces,
    platform_app_id text NOT NULL
        CONSTRAINT fk_connections_platform_app_id REFERENCES platform_apps,
    platform text NOT NULL,
    external_id text NOT NULL,
    handle text NOT NULL,
    display_name text NOT NULL,
    scopes text[] NOT NULL,
    state text NOT NULL,
    state_detail text NOT NULL,
    created_at timestamptz NOT NULL,
    connected_at timestamptz NOT NULL,
    CONSTRAINT uq_connections_workspace_id_platform_app_id_external_id
        UNIQUE (workspace_id, platform_app_id, external_id)
);

CREATE TABLE credentials (
    connection_id text CONSTRAINT pk_credentials PRIMARY KEY
        CONSTRAINT fk_credentials_connection_id REFERENCES connections ON DELETE CASCADE,
    version bigint NOT NULL,
    access_token bytea NOT NULL,
    refresh_token bytea NOT NULL,
    issued_at timestamptz NOT NULL,
    access_expires_at timestamptz NOT NULL,
    refresh_expires_at timestamptz NOT NULL,
    refreshing_until timestamptz,
    refresh_doubt text NOT NULL
);

CREATE TABLE quota_slots (
    connection_id text NOT NULL
        CONSTRAINT fk_quota_slots_connection_id REFERENCES connections ON DELETE CASCADE,
    bucket text NOT NULL,
    n integer NOT NULL,
    free_at timestamptz NOT NULL,
    CONSTRAINT pk_quota_slots PRIMARY KEY (connection_id, bucket, n)
);

CREATE TABLE calls (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_calls PRIMARY KEY,
    at timestamptz NOT NULL,
    workspace_id text NOT NULL CONSTRAINT fk_calls_workspace_id REFERENCES workspaces,
    connection_id text,
    publication_id text,
    attempt integer,
    operation text NOT NULL,
    http_status integer,
    code text NOT NULL,
    log_id text NOT NULL,
    elapsed_ms integer NOT NULL,
    detail text NOT NULL
);
CREATE INDEX ix_calls_workspace_id ON calls (workspace_id);
CREATE INDEX ix_calls_publication_id_id ON calls (publication_id, id);

CREATE TABLE media_files (
    id text CONSTRAINT pk_media_files PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_media_files_workspace_id REFERENCES workspaces,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    name text NOT NULL,
    content_type text NOT NULL,
    probe jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_media_files_workspace_id_sha256 UNIQUE (workspace_id, sha256)
);

CREATE TABLE posts (
    id text CONSTRAINT pk_posts PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_posts_workspace_id REFERENCES workspaces,
    media_id text NOT NULL CONSTRAINT fk_posts_media_id REFERENCES media_files,
    caption text NOT NULL,
    client_key text,
    fingerprint text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX uq_posts_client_key ON posts (workspace_id, client_key)
    WHERE client_key IS NOT NULL;

CREATE TABLE publications (
    id text CONSTRAINT pk_publications PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_publications_workspace_id REFERENCES workspaces,
    post_id text NOT NULL CONSTRAINT fk_publications_post_id REFERENCES posts,
    connection_id text NOT NULL CONSTRAINT fk_publications_connection_id REFERENCES connections,
    settings jsonb NOT NULL,
    state text NOT NULL,
    lane text,
    due_at timestamptz,
    publish_at timestamptz NOT NULL,
    hold_reason text NOT NULL,
    expected_at timestamptz,
    detail text NOT NULL,
    cancel_requested_at timestamptz,
    end_code text NOT NULL,
    post_ids text[] NOT NULL,
    post_url text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX ix_publications_post_id ON publications (post_id);
CREATE INDEX ix_publications_due ON publications (connection_id, lane, due_at);
CREATE INDEX ix_publications_waiting ON publications (connection_id)
    WHERE lane IS NOT NULL AND due_at IS NULL;
CREATE INDEX ix_publications_newest ON publications (workspace_id, created_at);

CREATE TABLE attempts (
    id text CONSTRAINT pk_attempts PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_attempts_workspace_id REFERENCES workspaces,
    publication_id text NOT NULL CONSTRAINT fk_attempts_publication_id REFERENCES publications,
    number integer NOT NULL,
    live boolean NOT NULL,
    stage text NOT NULL,
    media_sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    chunk_bytes bigint NOT NULL,
    chunk_count integer NOT NULL,
    expects_id boolean NOT NULL,
    checked_at timestamptz,
    publish_id text,
    upload_url bytea,
    opened_at timestamptz,
    sent_offset bigint NOT NULL,
    progress_bytes bigint NOT NULL,
    last_byte_at timestamptz,
    address_dead boolean NOT NULL,
    failed_at timestamptz,
    polls integer NOT NULL,
    troubles integer NOT NULL,
    rejections integer NOT NULL,
    voids integer NOT NULL,
    retries integer NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT uq_attempts_publication_id_number UNIQUE (publication_id, number)
);
CREATE UNIQUE INDEX uq_attempts_live ON attempts (publication_id) WHERE live;
CREATE INDEX ix_attempts_publish_id ON attempts (publish_id);

CREATE TABLE lanes (
    id text CONSTRAINT pk_lanes PRIMARY KEY,
    workspace_id text NOT NULL,
    subject_id text NOT NULL,
    kind text NOT NULL,
    next_at timestamptz,
    lease_until timestamptz,
    holder text,
    fence bigint NOT NULL DEFAULT 0,
    CONSTRAINT uq_lanes_subject_id_kind UNIQUE (subject_id, kind)
);
CREATE INDEX ix_lanes_due ON lanes (kind, next_at);
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calls
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for script in (CLOCK, TABLES, APPEND_ONLY):
        op.get_bind().exec_driver_sql(script.replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
