"""Which request to the API a call to a network was made for; files, the newest first."""

from alembic import op

revision = "0008"
down_revision = "0007"

REQUESTS = """
ALTER TABLE publications ADD COLUMN request_id text;
ALTER TABLE calls ADD COLUMN request_id text;
CREATE INDEX ix_media_files_newest ON media_files (workspace_id, created_at, id)
    WHERE removed_at IS NULL;
"""
BACK = """
DROP INDEX ix_media_files_newest;
ALTER TABLE calls DROP COLUMN request_id;
ALTER TABLE publications DROP COLUMN request_id;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(REQUESTS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(BACK)
