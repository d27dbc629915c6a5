"""The publishing engine: photos, pulls, drafts, webhooks, pauses, alerts, which copy this is."""

from alembic import context, op

revision = "0003"
down_revision = "0002"

POSTS = """
CREATE TABLE post_media (
    post_id text NOT NULL CONSTRAINT fk_post_media_post_id REFERENCES posts,
    position integer NOT NULL,
    media_id text NOT NULL CONSTRAINT fk_post_media_media_id REFERENCES media_files,
    CONSTRAINT pk_post_media PRIMARY KEY (post_id, position)
);
CREATE INDEX ix_post_media_media_id ON post_media (media_id);
INSERT INTO post_media (post_id, position, media_id) SELECT id, 0, media_id FROM posts;
ALTER TABLE posts ADD COLUMN kind text NOT NULL DEFAULT 'video';
ALTER TABLE posts ALTER COLUMN kind DROP DEFAULT, DROP COLUMN media_id;
"""

PUBLICATIONS = """
ALTER TABLE publications
    ADD COLUMN source text NOT NULL DEFAULT 'upload',
    ADD COLUMN mode text NOT NULL DEFAULT 'direct',
    ADD COLUMN content_version bigint NOT NULL DEFAULT 1,
    ADD COLUMN timezone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN if_missed text,
    ADD COLUMN nudged_at timestamptz,
    ADD COLUMN visibility text NOT NULL DEFAULT 'unknown',
    ADD COLUMN report jsonb NOT NULL DEFAULT '[]';
ALTER TABLE publications
    ALTER COLUMN source DROP DEFAULT,
    ALTER COLUMN mode DROP DEFAULT,
    ALTER COLUMN content_version DROP DEFAULT,
    ALTER COLUMN timezone DROP DEFAULT,
    ALTER COLUMN visibility DROP DEFAULT,
    ALTER COLUMN report DROP DEFAULT;

ALTER TABLE publications ADD COLUMN kind text, ADD COLUMN caption text;
UPDATE publications SET kind = posts.kind, caption = posts.caption
    FROM posts WHERE posts.id = publications.post_id;
ALTER TABLE publications ALTER COLUMN kind SET NOT NULL, ALTER COLUMN caption SET NOT NULL;
CREATE TABLE publication_media (
    publication_id text NOT NULL
        CONSTRAINT fk_publication_media_publication_id REFERENCES publications,
    position integer NOT NULL,
    media_id text NOT NULL CONSTRAINT fk_publication_media_media_id REFERENCES media_files,
    CONSTRAINT pk_publication_media PRIMARY KEY (publication_id, position)
);
CREATE INDEX ix_publication_media_media_id ON publication_media (media_id);
INSERT INTO publication_media (publication_id, position, media_id)
    SELECT publications.id, position, media_id
    FROM publications JOIN post_media ON post_media.post_id = publications.post_id;

CREATE INDEX ix_publications_held ON publications (connection_id, publish_at)
    WHERE hold_reason <> '';

ALTER TABLE attempts
    ADD COLUMN connection_id text
        CONSTRAINT fk_attempts_connection_id REFERENCES connections,
    ADD COLUMN source text NOT NULL DEFAULT 'upload',
    ADD COLUMN mode text NOT NULL DEFAULT 'direct',
    ADD COLUMN announced_at timestamptz,
    ADD COLUMN cancels integer NOT NULL DEFAULT 0,
    ADD COLUMN end_code text NOT NULL DEFAULT '',
    ADD COLUMN detail text NOT NULL DEFAULT '';
UPDATE attempts SET announced_at = opened_at, connection_id = publications.connection_id
    FROM publications WHERE publications.id = attempts.publication_id;
ALTER TABLE attempts
    ALTER COLUMN connection_id SET NOT NULL,
    ALTER COLUMN source DROP DEFAULT,
    ALTER COLUMN mode DROP DEFAULT,
    ALTER COLUMN cancels DROP DEFAULT,
    ALTER COLUMN end_code DROP DEFAULT,
    ALTER COLUMN detail DROP DEFAULT;
CREATE INDEX ix_attempts_connection_id_announced_at ON attempts (connection_id, announced_at);
"""

CONNECTIONS = """
ALTER TABLE platform_apps
    ADD COLUMN source text NOT NULL DEFAULT 'upload',
    ADD COLUMN audited boolean,
    ADD COLUMN audited_learned boolean,
    ADD COLUMN webhook_at timestamptz;
ALTER TABLE platform_apps ALTER COLUMN source DROP DEFAULT;

ALTER TABLE connections
    ADD COLUMN facts jsonb,
    ADD COLUMN facts_at timestamptz,
    ADD COLUMN cap_at timestamptz,
    ADD COLUMN cap_posts integer,
    ADD COLUMN warned_at timestamptz,
    ADD COLUMN disconnected_at timestamptz,
    ADD COLUMN purposes text[] NOT NULL DEFAULT '{publish}',
    ADD COLUMN granted text[] NOT NULL DEFAULT '{profile,publish}';
ALTER TABLE connections ALTER COLUMN purposes DROP DEFAULT, ALTER COLUMN granted DROP DEFAULT;

ALTER TABLE credentials ADD COLUMN refresh_at timestamptz;
UPDATE credentials SET refresh_at = CASE connections.state
        WHEN 'connected' THEN access_expires_at - (access_expires_at - issued_at) / 4
        ELSE access_expires_at
    END
    FROM connections
    WHERE connections.id = credentials.connection_id
      AND connections.state IN ('connected', 'expiring');
CREATE INDEX ix_credentials_refresh ON credentials (refresh_at) WHERE refresh_at IS NOT NULL;
CREATE INDEX ix_credentials_refresh_expires_at ON credentials (refresh_expires_at);
"""

PAUSES = """
CREATE TABLE pauses (
    id text CONSTRAINT pk_pauses PRIMARY KEY,
    workspace_id text CONSTRAINT fk_pauses_workspace_id REFERENCES workspaces,
    connection_id text CONSTRAINT fk_pauses_connection_id REFERENCES connections,
    reason text NOT NULL,
    actor text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_pauses_workspace_id_connection_id
        UNIQUE NULLS NOT DISTINCT (workspace_id, connection_id)
);
"""

WEBHOOKS = """
CREATE TABLE webhook_events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_webhook_events PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_webhook_events_workspace_id REFERENCES workspaces,
    platform_app_id text NOT NULL
        CONSTRAINT fk_webhook_events_platform_app_id REFERENCES platform_apps,
    digest text NOT NULL,
    event text NOT NULL,
    external_id text NOT NULL,
    publish_id text,
    post_id text,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    body text NOT NULL,
    outcome text NOT NULL,
    handled_at timestamptz,
    CONSTRAINT uq_webhook_events_platform_app_id_digest UNIQUE (platform_app_id, digest)
);
CREATE INDEX ix_webhook_events_publish_id ON webhook_events (publish_id);
CREATE INDEX ix_webhook_events_post_id ON webhook_events (post_id);
CREATE INDEX ix_webhook_events_received_at ON webhook_events (received_at);
CREATE INDEX ix_webhook_events_workspace_id_received_at
    ON webhook_events (workspace_id, received_at);
"""

ALERTS = """
CREATE TABLE alerts (
    id text CONSTRAINT pk_alerts PRIMARY KEY,
    workspace_id text NOT NULL CONSTRAINT fk_alerts_workspace_id REFERENCES workspaces,
    kind text NOT NULL,
    subject text NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    tries integer NOT NULL,
    next_at timestamptz,
    sent_at timestamptz,
    detail text NOT NULL
);
CREATE INDEX ix_alerts_workspace_id_created_at ON alerts (workspace_id, created_at);
CREATE INDEX ix_alerts_due ON alerts (next_at) WHERE next_at IS NOT NULL;
"""

INSTALLATION = """
CREATE TABLE installation (
    only_row boolean CONSTRAINT pk_installation PRIMARY KEY DEFAULT true,
    id text NOT NULL,
    epoch integer NOT NULL,
    marks jsonb NOT NULL,
    confirmed_at timestamptz NOT NULL,
    restored_at timestamptz,
    doubted_at timestamptz,
    doubt text NOT NULL,
    CONSTRAINT ck_installation_only_row CHECK (only_row)
);

-- What tells this server and database from others. What a server does not tell is left out.
CREATE FUNCTION installation_here() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    here jsonb := jsonb_build_object(
        'database', (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
    );
BEGIN
    BEGIN
        here := here || jsonb_build_object(
            'cluster', (SELECT system_identifier::text FROM pg_control_system())
        );
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function THEN
    END;
    BEGIN
        here := here || jsonb_build_object(
            'timeline', left(pg_walfile_name(pg_current_wal_lsn()), 8)
        );
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function
        OR object_not_in_prerequisite_state THEN
    END;
    RETURN here;
END $$;

-- How far the server's log has come: it never goes back, unless all the files do.
CREATE FUNCTION installation_position() RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN pg_current_wal_flush_lsn() - '0/0'::pg_lsn;
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_function
    OR object_not_in_prerequisite_state THEN
    RETURN NULL;
END $$;

-- Whether a person has to say first that this is the copy that goes on. Before anybody has looked
-- there is nothing to compare with, and no doubt. The row notes which transaction wrote it: one
-- that was loaded from a dump was written by another.
CREATE FUNCTION installation_in_doubt() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE((
        SELECT doubted_at IS NOT NULL OR marks -> 'server' <> installation_here()
            OR mod((marks ->> 'written')::numeric, 4294967296) <> xmin::text::numeric
        FROM installation
    ), false)
$$;

CREATE TABLE pulse (
    only_row boolean CONSTRAINT pk_pulse PRIMARY KEY DEFAULT true,
    beat_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT ck_pulse_only_row CHECK (only_row)
);
CREATE TABLE outages (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outages PRIMARY KEY,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL
);
CREATE INDEX ix_outages_ended_at ON outages (ended_at);
"""


# Who is next, and who is next of each workspace; who works.
LANES = """
CREATE TABLE workers (
    id text CONSTRAINT pk_workers PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    running jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL
);
DROP INDEX ix_lanes_due;
CREATE INDEX ix_lanes_due ON lanes (kind, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_lanes_turn ON lanes (kind, workspace_id, next_at) WHERE next_at IS NOT NULL;
"""

# A queue that carried claims from one process to another.
QUEUE = """
DO $$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT 'DROP FUNCTION ' || oid::regprocedure || ' CASCADE' FROM pg_proc
            WHERE starts_with(proname, 'procrastinate_')
                AND pronamespace = current_schema()::text::regnamespace
    LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN
        SELECT 'DROP TABLE ' || oid::regclass || ' CASCADE' FROM pg_class
            WHERE starts_with(relname, 'procrastinate_') AND relkind = 'r'
                AND relnamespace = current_schema()::text::regnamespace
    LOOP
        EXECUTE command;
    END LOOP;
    FOR command IN
        SELECT 'DROP TYPE ' || oid::regtype || ' CASCADE' FROM pg_type
            WHERE starts_with(typname, 'procrastinate_') AND typtype IN ('c', 'e')
                AND typnamespace = current_schema()::text::regnamespace
    LOOP
        EXECUTE command;
    END LOOP;
END $$;
"""


def upgrade() -> None:
    scripts = (POSTS, PUBLICATIONS, CONNECTIONS, PAUSES, WEBHOOKS, ALERTS, INSTALLATION, LANES)
    for script in scripts:
        op.get_bind().exec_driver_sql(script)
    # The first migration made a queue once. In a database that is new, it is somebody else's.
    if context.config.attributes["made_before"]:
        op.get_bind().exec_driver_sql(QUEUE)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("""
        DROP TABLE workers;
        DROP INDEX ix_lanes_turn, ix_lanes_due, ix_publications_held,
            ix_credentials_refresh_expires_at;
        CREATE INDEX ix_lanes_due ON lanes (kind, next_at);
        DROP FUNCTION installation_in_doubt, installation_here, installation_position;
        DROP TABLE installation, pulse, outages, alerts, webhook_events, pauses;
        ALTER TABLE connections
            DROP COLUMN facts, DROP COLUMN facts_at, DROP COLUMN cap_at, DROP COLUMN cap_posts,
            DROP COLUMN warned_at, DROP COLUMN disconnected_at, DROP COLUMN purposes,
            DROP COLUMN granted;
        ALTER TABLE credentials DROP COLUMN refresh_at;
        ALTER TABLE platform_apps
            DROP COLUMN source, DROP COLUMN audited, DROP COLUMN audited_learned,
            DROP COLUMN webhook_at;
        ALTER TABLE attempts
            DROP COLUMN connection_id, DROP COLUMN source, DROP COLUMN mode,
            DROP COLUMN announced_at, DROP COLUMN cancels, DROP COLUMN end_code,
            DROP COLUMN detail;
        ALTER TABLE publications
            DROP COLUMN source, DROP COLUMN mode, DROP COLUMN content_version,
            DROP COLUMN timezone, DROP COLUMN if_missed, DROP COLUMN nudged_at,
            DROP COLUMN visibility,
            DROP COLUMN report, DROP COLUMN kind, DROP COLUMN caption;
        DROP TABLE publication_media;
        ALTER TABLE posts ADD COLUMN media_id text
            CONSTRAINT fk_posts_media_id REFERENCES media_files, DROP COLUMN kind;
        UPDATE posts SET media_id = post_media.media_id FROM post_media
            WHERE post_media.post_id = posts.id AND post_media.position = 0;
        ALTER TABLE posts ALTER COLUMN media_id SET NOT NULL;
        DROP TABLE post_media;
    """)
