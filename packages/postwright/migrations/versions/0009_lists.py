"""Posts are stored as they stand, and tell it; lists of an account's posts have an index."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Whoever stores a post with its publications knows how it stands: it need not be changed at once.
# What that is, is told at the end of the transaction, after what its publications have told.
NEW_POSTS = """
CREATE FUNCTION tell_of_new_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (workspace_id, at, kind, post_id, body) VALUES (
        NEW.workspace_id, app_now(), 'post.' || NEW.status, NEW.id,
        jsonb_build_object('status', NEW.status, 'before', 'draft')
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER tell_of_new AFTER INSERT ON posts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> 'draft')
    EXECUTE FUNCTION tell_of_new_post();
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(NEW_POSTS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TRIGGER tell_of_new ON posts;
        DROP FUNCTION tell_of_new_post;
    """)
