"""Consents that were begun over the API, until their browsers come back."""

from alembic import op

revision = "0007"
down_revision = "0006"

# The state itself is not kept: whoever brings it back shows that it was given to them.
CONSENTS = """
CREATE TABLE consents (
    id text CONSTRAINT pk_consents PRIMARY KEY,
    state_hash bytea NOT NULL,
    workspace_id text NOT NULL CONSTRAINT fk_consents_workspace_id REFERENCES workspaces,
    profile_id text NOT NULL
        CONSTRAINT fk_consents_profile_id REFERENCES profiles ON DELETE CASCADE,
    api_key_id text NOT NULL CONSTRAINT fk_consents_api_key_id REFERENCES api_keys,
    platform_app_id text NOT NULL CONSTRAINT fk_consents_platform_app_id REFERENCES platform_apps,
    expected_id text
        CONSTRAINT fk_consents_expected_id REFERENCES connections ON DELETE CASCADE,
    purposes text[] NOT NULL,
    scopes text[] NOT NULL,
    redirect_uri text NOT NULL,
    code_verifier bytea,
    return_url text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT uq_consents_state_hash UNIQUE (state_hash)
);
CREATE INDEX ix_consents_expires_at ON consents (expires_at);
CREATE INDEX ix_consents_profile_id ON consents (profile_id);
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(CONSENTS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE consents")
