"""A statement may refuse what its transaction is about, without anybody waiting for its answer."""

from alembic import op

revision = "0012"
down_revision = "0011"

REFUSE = """
CREATE FUNCTION refuse(detail text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'refused' USING ERRCODE = 'PW001', DETAIL = detail;
END $$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(REFUSE)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP FUNCTION refuse")
