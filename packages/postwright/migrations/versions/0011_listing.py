"""Each list of posts has an index in whose order it is read, however few posts it is about."""

from alembic import op

revision = "0011"
down_revision = "0010"

# A list of an account is narrowed by how posts stand, and does not tell those that were deleted:
# neither may make it look at the posts themselves, one by one.
POST_ACCOUNTS = """
ALTER TABLE post_accounts RENAME TO post_accounts_before;
CREATE TABLE post_accounts AS
SELECT its.post_id, its.connection_id, posts.status, its.listed_at, its.created_at
FROM post_accounts_before AS its JOIN posts ON posts.id = its.post_id
WHERE posts.deleted_at IS NULL;
DROP TABLE post_accounts_before;
ALTER TABLE post_accounts
    ALTER COLUMN status SET NOT NULL,
    ALTER COLUMN listed_at SET NOT NULL,
    ALTER COLUMN created_at SET NOT NULL,
    ADD CONSTRAINT pk_post_accounts PRIMARY KEY (post_id, connection_id),
    ADD CONSTRAINT fk_post_accounts_post_id FOREIGN KEY (post_id) REFERENCES posts,
    ADD CONSTRAINT fk_post_accounts_connection_id
        FOREIGN KEY (connection_id) REFERENCES connections;
CREATE INDEX ix_post_accounts_listed ON post_accounts (connection_id, listed_at, post_id)
    INCLUDE (created_at);
CREATE INDEX ix_post_accounts_newest ON post_accounts (connection_id, created_at, post_id)
    INCLUDE (listed_at);
CREATE INDEX ix_post_accounts_status ON post_accounts (connection_id, status, listed_at, post_id)
    INCLUDE (created_at);
CREATE INDEX ix_post_accounts_status_newest
    ON post_accounts (connection_id, status, created_at, post_id) INCLUDE (listed_at);
-- What was written since PostgreSQL last cleaned up is read twice: in the index, and in the table.
ALTER TABLE post_accounts SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);

CREATE OR REPLACE FUNCTION note_post_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_accounts (post_id, connection_id, status, listed_at, created_at)
    SELECT id, NEW.connection_id, status, listed_at, created_at FROM posts
    WHERE id = NEW.post_id AND deleted_at IS NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

DROP TRIGGER move_accounts ON posts;
CREATE OR REPLACE FUNCTION move_post_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM post_accounts WHERE post_id = NEW.id;
    ELSIF OLD.deleted_at IS NOT NULL THEN
        INSERT INTO post_accounts (post_id, connection_id, status, listed_at, created_at)
        SELECT DISTINCT NEW.id, connection_id, NEW.status, NEW.listed_at, NEW.created_at
        FROM publications WHERE post_id = NEW.id;
    ELSE
        UPDATE post_accounts SET status = NEW.status, listed_at = NEW.listed_at
        WHERE post_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER move_accounts AFTER UPDATE OF status, listed_at, deleted_at ON posts
    FOR EACH ROW WHEN (
        OLD.status <> NEW.status OR OLD.listed_at <> NEW.listed_at
        OR OLD.deleted_at IS DISTINCT FROM NEW.deleted_at
    ) EXECUTE FUNCTION move_post_accounts();
"""

POSTS = """
DROP INDEX ix_posts_listed, ix_posts_newest, ix_posts_status;
CREATE INDEX ix_posts_listed ON posts (workspace_id, listed_at, id) INCLUDE (status, created_at)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_status ON posts (workspace_id, status, listed_at, id) INCLUDE (created_at)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_newest ON posts (workspace_id, created_at, id) INCLUDE (status, listed_at)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_status_newest ON posts (workspace_id, status, created_at, id)
    INCLUDE (listed_at) WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_maker ON posts (workspace_id, created_by, listed_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_source ON posts (workspace_id, source, listed_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_tags ON posts USING gin (tags) WHERE deleted_at IS NULL AND tags <> '{}';
"""

# The same, account by account.
PUBLICATIONS = """
CREATE INDEX ix_publications_account ON publications (connection_id, created_at, id);
CREATE INDEX ix_publications_state ON publications (workspace_id, state, created_at, id);
CREATE INDEX ix_publications_publish_at ON publications (workspace_id, publish_at);
"""


def upgrade() -> None:
    for script in (POST_ACCOUNTS, POSTS, PUBLICATIONS):
        op.get_bind().exec_driver_sql(script)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP INDEX ix_publications_publish_at, ix_publications_state, ix_publications_account;
        DROP INDEX ix_posts_tags, ix_posts_source, ix_posts_maker, ix_posts_status_newest,
            ix_posts_newest, ix_posts_status, ix_posts_listed;
        CREATE INDEX ix_posts_listed ON posts (workspace_id, listed_at, id)
            WHERE deleted_at IS NULL;
        CREATE INDEX ix_posts_newest ON posts (workspace_id, created_at, id)
            WHERE deleted_at IS NULL;
        CREATE INDEX ix_posts_status ON posts (workspace_id, status, listed_at, id)
            WHERE deleted_at IS NULL;

        DROP TRIGGER move_accounts ON posts;
        CREATE OR REPLACE FUNCTION move_post_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE post_accounts SET listed_at = NEW.listed_at WHERE post_id = NEW.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER move_accounts AFTER UPDATE OF listed_at ON posts
            FOR EACH ROW WHEN (OLD.listed_at <> NEW.listed_at)
            EXECUTE FUNCTION move_post_accounts();
        CREATE OR REPLACE FUNCTION note_post_account() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO post_accounts (post_id, connection_id, listed_at, created_at)
            SELECT NEW.post_id, NEW.connection_id, listed_at, created_at FROM posts
            WHERE id = NEW.post_id
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$;
        INSERT INTO post_accounts (post_id, connection_id, status, listed_at, created_at)
        SELECT DISTINCT its.post_id, its.connection_id, posts.status, posts.listed_at,
            posts.created_at
        FROM publications AS its JOIN posts ON posts.id = its.post_id
        WHERE posts.deleted_at IS NOT NULL;
        ALTER TABLE post_accounts RESET (
            autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor
        );
        DROP INDEX ix_post_accounts_status_newest, ix_post_accounts_status,
            ix_post_accounts_newest, ix_post_accounts_listed;
        CREATE INDEX ix_post_accounts_listed ON post_accounts (connection_id, listed_at, post_id);
        CREATE INDEX ix_post_accounts_newest ON post_accounts (connection_id, created_at, post_id);
        ALTER TABLE post_accounts DROP COLUMN status;
    """)
