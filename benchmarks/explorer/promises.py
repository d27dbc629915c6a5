"""What must never be said of any state: the ways in which a promise can be broken."""

TWO_POSTS = "two posts"
NO_PROOF = "published, but there is no post"
NO_DRAFT = "delivered, but there is no draft"
LOST_POST = "failed or cancelled, but there is a post, or can be"
GIVEN_UP = "an attempt was given up that is a post, or can become one"
TRACKED_EARLY = "tracked, though bytes are missing and their address lives"
TOO_MANY = "a third automatic retry"
CANCELLED = "a cancel was accepted, and a post appears"
UNASKED_FOR = "cancelled, though nobody asked for it"
UNWANTED = "announced, though a cancel was accepted"
UNHEARD = "a cancel was accepted and is never carried out"
EDITED = "an edit was accepted, and the old content appears"
OVERWRITTEN = "what a person has said is overwritten"
NOT_WATCHED = "nobody looks any more, though there is something to learn"
FORGOTTEN = "the id of a post is forgotten"
NUDGE_LOST = "a nudge that came while the status was asked is forgotten"
SERVED_EARLY = "a file was served before the id of its post was stored"
ASKED_NOTHING = "the status of nothing was asked for"
STUCK = "no way on"
IDLE = "held, and there is nothing a person could mend"
UNASKED = "unconfirmed, though the last byte was never sent"
UNSEEN = "unconfirmed for want of an id, though nothing is served before there is one"
ROUND = "the upload goes round without getting on, though its address lives"
CIRCLE = "calls go round in one turn, without a wait"

BROKEN = frozenset(
    {
        TWO_POSTS,
        NO_PROOF,
        NO_DRAFT,
        LOST_POST,
        GIVEN_UP,
        TRACKED_EARLY,
        TOO_MANY,
        CANCELLED,
        UNASKED_FOR,
        UNWANTED,
        UNHEARD,
        EDITED,
        OVERWRITTEN,
        NOT_WATCHED,
        FORGOTTEN,
        NUDGE_LOST,
        SERVED_EARLY,
        ASKED_NOTHING,
        STUCK,
        IDLE,
        UNASKED,
        UNSEEN,
        ROUND,
        CIRCLE,
    }
)
# What a post that appears twice may look like before it does.
NOT_YET_TWO = frozenset({GIVEN_UP, LOST_POST})
