"""Media: photos beside videos, what was mended and how, pictures of videos, addresses."""

from alembic import op

revision = "0002"
down_revision = "0001"

FILES = """
ALTER TABLE media_files
    ADD COLUMN kind text NOT NULL DEFAULT 'video',
    ADD COLUMN original_id text
        CONSTRAINT fk_media_files_original_id REFERENCES media_files,
    ADD COLUMN changes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN used_at timestamptz,
    ADD COLUMN removed_at timestamptz;
UPDATE media_files SET used_at = created_at;
ALTER TABLE media_files
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN changes DROP DEFAULT,
    ALTER COLUMN used_at SET NOT NULL;
CREATE INDEX ix_media_files_original_id ON media_files (original_id);
CREATE INDEX ix_media_files_kept ON media_files (used_at) WHERE removed_at IS NULL;

ALTER TABLE workspaces
    ADD COLUMN media_quota_bytes bigint,
    ADD COLUMN media_retention_days integer;
"""

FIXES = """
CREATE TABLE media_fixes (
    id text CONSTRAINT pk_media_fixes PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_media_fixes_workspace_id REFERENCES workspaces,
    media_id text NOT NULL CONSTRAINT fk_media_fixes_media_id REFERENCES media_files,
    recipe jsonb NOT NULL,
    recipe_key text NOT NULL,
    state text NOT NULL,
    progress double precision NOT NULL,
    tries integer NOT NULL,
    detail text NOT NULL,
    changes jsonb NOT NULL,
    result_id text CONSTRAINT fk_media_fixes_result_id REFERENCES media_files,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT uq_media_fixes_media_id_recipe_key UNIQUE (media_id, recipe_key)
);
CREATE INDEX ix_media_fixes_workspace_id_created_at ON media_fixes (workspace_id, created_at);
"""

PICTURES = """
CREATE TABLE media_pictures (
    id text CONSTRAINT pk_media_pictures PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_media_pictures_workspace_id REFERENCES workspaces,
    media_id text NOT NULL CONSTRAINT fk_media_pictures_media_id REFERENCES media_files,
    kind text NOT NULL,
    at_ms bigint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_media_pictures_media_id_kind_at_ms UNIQUE (media_id, kind, at_ms)
);
"""

CLAIMS = """
CREATE TABLE media_claims (
    id text CONSTRAINT pk_media_claims PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_media_claims_workspace_id REFERENCES workspaces,
    sha256 text NOT NULL,
    kind text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_media_claims_workspace_id_sha256 ON media_claims (workspace_id, sha256);
"""

ADDRESSES = """
CREATE TABLE media_addresses (
    id text CONSTRAINT pk_media_addresses PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_media_addresses_workspace_id REFERENCES workspaces,
    attempt_id text NOT NULL,
    media_id text NOT NULL CONSTRAINT fk_media_addresses_media_id REFERENCES media_files,
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    serves_early boolean NOT NULL,
    released_at timestamptz,
    void_at timestamptz,
    first_byte_at timestamptz,
    CONSTRAINT uq_media_addresses_attempt_id_position UNIQUE (attempt_id, position),
    CONSTRAINT ck_media_addresses_served_or_void
        CHECK (void_at IS NULL OR first_byte_at IS NULL)
);
CREATE INDEX ix_media_addresses_expires_at ON media_addresses (expires_at);
"""


def upgrade() -> None:
    for script in (FILES, FIXES, PICTURES, CLAIMS, ADDRESSES):
        op.get_bind().exec_driver_sql(script)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TABLE media_addresses, media_claims, media_pictures, media_fixes;
        ALTER TABLE workspaces DROP COLUMN media_quota_bytes, DROP COLUMN media_retention_days;
        DROP INDEX ix_media_files_original_id, ix_media_files_kept;
        ALTER TABLE media_files
            DROP COLUMN kind, DROP COLUMN original_id, DROP COLUMN changes,
            DROP COLUMN used_at, DROP COLUMN removed_at;
    """)
