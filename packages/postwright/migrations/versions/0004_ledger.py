"""A call is in the ledger once: it has a key of its own before it is written."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("""
        ALTER TABLE calls ADD COLUMN key uuid NOT NULL DEFAULT gen_random_uuid();
        ALTER TABLE calls ALTER COLUMN key DROP DEFAULT,
            ADD CONSTRAINT uq_calls_key UNIQUE (key);
    """)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE calls DROP COLUMN key")
