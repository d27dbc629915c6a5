"""Posts say how they stand, by triggers; what changes is an event; what is said twice is known."""

from alembic import op

revision = "0006"
down_revision = "0005"

# `wish` is what was asked for: an edit changes it, and what follows from it.
# `listed_at` is when it goes out, or was made: lists are in its order.
POSTS = """
ALTER TABLE posts
    ADD COLUMN wish jsonb,
    ADD COLUMN listed_at timestamptz NOT NULL DEFAULT app_now(),
    ADD COLUMN deleted_at timestamptz;
ALTER TABLE posts ALTER COLUMN status SET DEFAULT 'draft';

-- What was called off by a person is left out, unless there is nothing else. The code has the same
-- in publishing/summary.py.
CREATE FUNCTION post_status(states text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN states IS NULL OR cardinality(states) = 0 THEN 'draft'
        WHEN states <@ '{cancelled}' THEN 'cancelled'
        WHEN states && '{preparing,submitting,uploading,processing,unconfirmed}' THEN 'publishing'
        WHEN states && '{scheduled,held}' AND states && '{published,delivered,failed}'
            THEN 'publishing'
        WHEN states && '{scheduled,held}' THEN 'scheduled'
        WHEN states && '{draft}' AND NOT states && '{published,delivered,failed}' THEN 'draft'
        WHEN NOT states && '{failed,draft}' THEN 'published'
        WHEN states && '{published,delivered}' THEN 'partial'
        ELSE 'failed'
    END
$$;

UPDATE posts SET
    status = post_status(its.states), scheduled_for = its.first,
    listed_at = COALESCE(its.first, posts.created_at)
FROM (
    SELECT post_id, array_agg(state) AS states,
           COALESCE(min(publish_at) FILTER (WHERE state NOT IN ('draft', 'cancelled')),
                    min(publish_at) FILTER (WHERE state = 'cancelled')) AS first
    FROM publications GROUP BY post_id
) AS its
WHERE its.post_id = posts.id;

CREATE INDEX ix_posts_listed ON posts (workspace_id, listed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_status ON posts (workspace_id, status, listed_at, id)
    WHERE deleted_at IS NULL;
CREATE INDEX ix_posts_newest ON posts (workspace_id, created_at, id) WHERE deleted_at IS NULL;

-- What was done about one post is looked up, among all that was ever done.
CREATE INDEX ix_audit_log_subject ON audit_log (subject);
"""

PUBLICATIONS = """
ALTER TABLE publications ADD COLUMN content_hash bytea;
CREATE INDEX ix_publications_content ON publications (connection_id, content_hash, publish_at)
    WHERE content_hash IS NOT NULL;

CREATE TABLE awaited_media (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_awaited_media PRIMARY KEY,
    post_id text NOT NULL CONSTRAINT fk_awaited_media_post_id REFERENCES posts,
    publication_id text CONSTRAINT fk_awaited_media_publication_id REFERENCES publications,
    position integer NOT NULL,
    ingest_id text NOT NULL CONSTRAINT fk_awaited_media_ingest_id REFERENCES ingests
);
CREATE INDEX ix_awaited_media_ingest_id ON awaited_media (ingest_id);
CREATE INDEX ix_awaited_media_post_id ON awaited_media (post_id);
CREATE INDEX ix_awaited_media_publication_id ON awaited_media (publication_id);
"""

# Several transactions may write at a time, and end in another order than they were numbered in:
# whoever reads events one after the other needs to know which are certain to be complete.
EVENTS = """
CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_events PRIMARY KEY,
    transaction_id bigint NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS text) AS bigint),
    workspace_id text NOT NULL CONSTRAINT fk_events_workspace_id REFERENCES workspaces,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    post_id text NOT NULL,
    publication_id text,
    connection_id text,
    body jsonb NOT NULL
);
CREATE INDEX ix_events_feed ON events (workspace_id, transaction_id, id);
CREATE INDEX ix_events_at ON events (at);

CREATE FUNCTION tell_of_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (workspace_id, at, kind, post_id, publication_id, connection_id, body)
    VALUES (
        NEW.workspace_id, app_now(), 'post.platform.' || CASE
            WHEN TG_OP = 'INSERT' OR OLD.state <> NEW.state
                OR OLD.hold_reason <> NEW.hold_reason THEN NEW.state
            ELSE 'visibility' END,
        NEW.post_id, NEW.id, NEW.connection_id,
        jsonb_build_object(
            'status', NEW.state, 'holdReason', NEW.hold_reason, 'expectedAt', NEW.expected_at,
            'visibility', NEW.visibility, 'code', NEW.end_code, 'detail', NEW.detail,
            'platformPostUrl', NEW.post_url
        )
    );
    RETURN NULL;
END $$;
CREATE TRIGGER tell_of_new AFTER INSERT ON publications
    FOR EACH ROW EXECUTE FUNCTION tell_of_publication();
-- The steps that a worker takes within a moment on the way to the upload are none that wait for
-- anybody: what comes of them is told.
CREATE TRIGGER tell_of_change AFTER UPDATE OF state, hold_reason, visibility ON publications
    FOR EACH ROW WHEN (
        NEW.state NOT IN ('preparing', 'submitting') AND (
            OLD.state <> NEW.state OR OLD.hold_reason <> NEW.hold_reason
            OR OLD.visibility <> NEW.visibility
        )
    ) EXECUTE FUNCTION tell_of_publication();

-- At the end of the transaction, so that a post is locked after all of its publications: whoever
-- holds one of them never waits for somebody who waits for it. Of the steps of one that is under
-- way the post knows nothing.
CREATE FUNCTION sum_up_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    post record;
    said text;
    first timestamptz;
BEGIN
    SELECT * INTO post FROM posts WHERE id = NEW.post_id FOR NO KEY UPDATE;
    SELECT post_status(array_agg(state)),
           COALESCE(min(publish_at) FILTER (WHERE state NOT IN ('draft', 'cancelled')),
                    min(publish_at) FILTER (WHERE state = 'cancelled'))
        INTO said, first FROM publications WHERE post_id = NEW.post_id;
    IF (said, first) IS NOT DISTINCT FROM (post.status, post.scheduled_for) THEN
        RETURN NULL;
    END IF;
    UPDATE posts SET
        status = said, scheduled_for = first, listed_at = COALESCE(first, created_at),
        updated_at = app_now()
    WHERE id = NEW.post_id;
    IF said <> post.status THEN
        INSERT INTO events (workspace_id, at, kind, post_id, body) VALUES (
            NEW.workspace_id, app_now(), 'post.' || said, NEW.post_id,
            jsonb_build_object('status', said, 'before', post.status)
        );
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sum_up_new AFTER INSERT ON publications
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sum_up_post();
CREATE CONSTRAINT TRIGGER sum_up_change AFTER UPDATE OF state, publish_at ON publications
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (
        OLD.publish_at <> NEW.publish_at
        OR post_status(ARRAY[OLD.state]) <> post_status(ARRAY[NEW.state])
    ) EXECUTE FUNCTION sum_up_post();
"""


def upgrade() -> None:
    for script in (POSTS, PUBLICATIONS, EVENTS):
        op.get_bind().exec_driver_sql(script)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TRIGGER sum_up_change ON publications;
        DROP TRIGGER sum_up_new ON publications;
        DROP TRIGGER tell_of_change ON publications;
        DROP TRIGGER tell_of_new ON publications;
        DROP FUNCTION sum_up_post, tell_of_publication;
        DROP TABLE events, awaited_media;
        ALTER TABLE publications DROP COLUMN content_hash;
        ALTER TABLE posts DROP COLUMN wish, DROP COLUMN listed_at, DROP COLUMN deleted_at;
        ALTER TABLE posts ALTER COLUMN status SET DEFAULT 'scheduled';
        DROP FUNCTION post_status;
        DROP INDEX ix_audit_log_subject;
    """)
