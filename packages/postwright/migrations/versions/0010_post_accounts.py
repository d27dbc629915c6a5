"""Lists of what goes to an account are read in their order, however many posts there are."""

from alembic import op

revision = "0010"
down_revision = "0009"

# The order is that of the post, which its publications do not have: kept by triggers.
POST_ACCOUNTS = """
CREATE TABLE post_accounts (
    post_id text NOT NULL CONSTRAINT fk_post_accounts_post_id REFERENCES posts,
    connection_id text NOT NULL CONSTRAINT fk_post_accounts_connection_id REFERENCES connections,
    listed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_post_accounts PRIMARY KEY (post_id, connection_id)
);
INSERT INTO post_accounts (post_id, connection_id, listed_at, created_at)
SELECT DISTINCT its.post_id, its.connection_id, posts.listed_at, posts.created_at
FROM publications AS its JOIN posts ON posts.id = its.post_id;
CREATE INDEX ix_post_accounts_listed ON post_accounts (connection_id, listed_at, post_id);
CREATE INDEX ix_post_accounts_newest ON post_accounts (connection_id, created_at, post_id);

CREATE FUNCTION note_post_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_accounts (post_id, connection_id, listed_at, created_at)
    SELECT NEW.post_id, NEW.connection_id, listed_at, created_at FROM posts
    WHERE id = NEW.post_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER note_account AFTER INSERT ON publications
    FOR EACH ROW EXECUTE FUNCTION note_post_account();

CREATE FUNCTION move_post_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE post_accounts SET listed_at = NEW.listed_at WHERE post_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER move_accounts AFTER UPDATE OF listed_at ON posts
    FOR EACH ROW WHEN (OLD.listed_at <> NEW.listed_at) EXECUTE FUNCTION move_post_accounts();
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(POST_ACCOUNTS)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TRIGGER move_accounts ON posts;
        DROP TRIGGER note_account ON publications;
        DROP FUNCTION note_post_account, move_post_accounts;
        DROP TABLE post_accounts;
    """)
