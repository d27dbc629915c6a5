"""The API: profiles, keys, calls that are answered once, uploads, what a post says of itself."""

from alembic import op

revision = "0005"
down_revision = "0004"

# A workspace has its default profile from its first moment, and a connection is always in one,
# whoever makes them.
PROFILES = """
CREATE TABLE profiles (
    id text CONSTRAINT pk_profiles PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_profiles_workspace_id REFERENCES workspaces,
    name text NOT NULL,
    description text NOT NULL,
    color text NOT NULL,
    timezone text,
    external_id text,
    is_default boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT uq_profiles_workspace_id_name UNIQUE (workspace_id, name),
    CONSTRAINT uq_profiles_workspace_id_external_id UNIQUE (workspace_id, external_id)
);
CREATE UNIQUE INDEX uq_profiles_default ON profiles (workspace_id) WHERE is_default;

CREATE FUNCTION make_default_profile(workspace text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO profiles VALUES (
        'prof_' || left(replace(gen_random_uuid()::text, '-', ''), 12), workspace,
        'Default', '', '', NULL, NULL, true, app_now(), app_now()
    ) ON CONFLICT (workspace_id) WHERE is_default DO NOTHING
$$;
SELECT make_default_profile(id) FROM workspaces;
CREATE FUNCTION begin_workspace() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM make_default_profile(NEW.id); RETURN NEW; END $$;
CREATE TRIGGER default_profile AFTER INSERT ON workspaces
    FOR EACH ROW EXECUTE FUNCTION begin_workspace();

ALTER TABLE connections ADD COLUMN profile_id text
    CONSTRAINT fk_connections_profile_id REFERENCES profiles;
UPDATE connections SET profile_id = profiles.id FROM profiles
    WHERE profiles.workspace_id = connections.workspace_id AND profiles.is_default;
ALTER TABLE connections ALTER COLUMN profile_id SET NOT NULL;
CREATE INDEX ix_connections_profile_id ON connections (profile_id);
CREATE FUNCTION choose_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One statement may make a workspace and a connection in it.
    PERFORM make_default_profile(NEW.workspace_id);
    NEW.profile_id := (
        SELECT id FROM profiles WHERE workspace_id = NEW.workspace_id AND is_default
    );
    RETURN NEW;
END $$;
CREATE TRIGGER default_profile BEFORE INSERT ON connections
    FOR EACH ROW WHEN (NEW.profile_id IS NULL) EXECUTE FUNCTION choose_profile();
"""

KEYS = """
CREATE TABLE api_keys (
    id text CONSTRAINT pk_api_keys PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_api_keys_workspace_id REFERENCES workspaces,
    name text NOT NULL,
    hash bytea NOT NULL,
    preview text NOT NULL,
    scope text NOT NULL,
    profile_ids text[],
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    CONSTRAINT uq_api_keys_hash UNIQUE (hash)
);
CREATE INDEX ix_api_keys_workspace_id_created_at ON api_keys (workspace_id, created_at);

CREATE TABLE api_calls (
    workspace_id text NOT NULL CONSTRAINT fk_api_calls_workspace_id REFERENCES workspaces,
    kind text NOT NULL,
    name text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint,
    body bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_api_calls PRIMARY KEY (workspace_id, kind, name)
);
CREATE INDEX ix_api_calls_expires_at ON api_calls (expires_at);
"""

UPLOADS = """
CREATE TABLE uploads (
    id text CONSTRAINT pk_uploads PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_uploads_workspace_id REFERENCES workspaces,
    api_key_id text CONSTRAINT fk_uploads_api_key_id REFERENCES api_keys,
    filename text NOT NULL,
    content_type text NOT NULL,
    size_bytes bigint,
    state text NOT NULL,
    media_id text CONSTRAINT fk_uploads_media_id REFERENCES media_files,
    detail text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_uploads_workspace_id_created_at ON uploads (workspace_id, created_at);
CREATE INDEX ix_uploads_expires_at ON uploads (expires_at);
"""

# `url` is sealed, and gone when it is over.
INGESTS = """
CREATE TABLE ingests (
    id text CONSTRAINT pk_ingests PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_ingests_workspace_id REFERENCES workspaces,
    api_key_id text CONSTRAINT fk_ingests_api_key_id REFERENCES api_keys,
    url bytea,
    url_hash bytea NOT NULL,
    shown text NOT NULL,
    state text NOT NULL,
    size_bytes bigint,
    done_bytes bigint NOT NULL,
    tries integer NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    media_id text CONSTRAINT fk_ingests_media_id REFERENCES media_files,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX ix_ingests_workspace_id_created_at ON ingests (workspace_id, created_at);
CREATE UNIQUE INDEX uq_ingests_under_way ON ingests (workspace_id, url_hash)
    WHERE state IN ('waiting', 'fetching');
"""

POSTS = """
ALTER TABLE posts
    ADD COLUMN title text NOT NULL DEFAULT '',
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN hashtags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN mentions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN metadata jsonb,
    ADD COLUMN timezone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN source text NOT NULL DEFAULT 'cli',
    ADD COLUMN created_by text NOT NULL DEFAULT '',
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT app_now(),
    ADD COLUMN status text NOT NULL DEFAULT 'scheduled',
    ADD COLUMN scheduled_for timestamptz;
UPDATE posts SET updated_at = created_at;
"""


def upgrade() -> None:
    for script in (PROFILES, KEYS, UPLOADS, INGESTS, POSTS):
        op.get_bind().exec_driver_sql(script)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        ALTER TABLE posts
            DROP COLUMN title, DROP COLUMN tags, DROP COLUMN hashtags, DROP COLUMN mentions,
            DROP COLUMN metadata, DROP COLUMN timezone, DROP COLUMN source,
            DROP COLUMN created_by, DROP COLUMN updated_at, DROP COLUMN status,
            DROP COLUMN scheduled_for;
        DROP TABLE ingests, uploads, api_calls, api_keys;
        DROP TRIGGER default_profile ON connections;
        DROP TRIGGER default_profile ON workspaces;
        DROP FUNCTION choose_profile, begin_workspace, make_default_profile;
        ALTER TABLE connections DROP COLUMN profile_id;
        DROP TABLE profiles;
    """)
