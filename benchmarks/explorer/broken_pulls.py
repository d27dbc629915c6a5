"""Ways to break what concerns pulls, photos, drafts and people's hands; each must be caught."""

from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.state import Rules

PULLS = (
    Mutation(
        "void-without-closing-the-addresses",
        "pull early",
        old="    return Decision(a, Close()) if a.is_pull else void(a, detail)\n",
        new="    return void(a, detail)\n",
    ),
    Mutation(
        "init-again-though-it-was-served",
        "pull early",
        old="            return out_of_sight(a, now)\n",
        new='            return void(a, "served")\n',
    ),
    Mutation(
        "failed-though-it-was-served",
        "pull early",
        old="            return out_of_sight(a, now)\n",
        new='            return end(a, Stage.FAILED, "served")\n',
    ),
    Mutation(
        "out-of-sight-is-looked-for-by-itself",
        "pull early",
        old="    if a.publish_id is None:\n        return Decision(a, OUT_OF_SIGHT)\n",
        new="",
    ),
    Mutation(
        "out-of-sight-is-not-told",
        "pull early",
        old='    hold="unconfirmed",\n    unconfirmed=True,\n',
        new='    hold="unconfirmed",\n',
    ),
    Mutation(
        "cancel-ignored-when-the-id-comes",
        "pull",
        old="    if opened.cancel_requested:\n        return Decision(opened, Close())\n",
        new="",
    ),
    Mutation(
        "cancelled-before-the-addresses-are-closed",
        "pull early",
        old="    if opened.cancel_requested:\n        return Decision(opened, Close())\n",
        new="    if opened.cancel_requested:\n        return end(opened, Stage.CANCELLED)\n",
    ),
    Mutation(
        "cancelled-though-it-was-served",
        "pull early",
        old="            return Decision(fetched, CancelPull())\n",
        new="            return end(a, Stage.CANCELLED)\n",
    ),
    Mutation(
        "opened-again-after-a-cancel",
        "pull",
        old="        case _:\n            return Decision(a, Close())\n",
        new="        case _:\n            return let_fetch(replace(a, cancel_requested=False))\n",
    ),
    Mutation(
        "a-pull-has-no-last-byte",
        "pull",
        old="stage=Stage.TRACKING, last_byte_at=since, polls=0)",
        new="stage=Stage.TRACKING, polls=0)",
    ),
    Mutation(
        "a-pull-is-open-while-it-is-fetched",
        "pull",
        old="stage=Stage.TRACKING, last_byte_at=since, polls=0)",
        new="stage=Stage.OPEN, last_byte_at=since, polls=0)",
    ),
    Mutation(
        "failed-pull-is-tried-again-at-once",
        "pull asleep",
        old="    if now < settled_at:\n",
        new="    if not a.is_pull and now < settled_at:\n",
    ),
    Mutation(
        "failed-pull-is-tried-again-while-its-addresses-live",
        "pull settling",
        old="    settled_at = max(failed_at, address_ends) + SETTLE\n",
        new="    settled_at = failed_at + SETTLE\n",
    ),
    Mutation(
        "failed-pull-is-tried-again-while-a-file-may-arrive",
        "pull settling",
        old="    address_ends = (a.opened_at or now) + ADDRESS_LIFE + LONGEST_PUT\n",
        new="    address_ends = (a.opened_at or now) + ADDRESS_LIFE\n",
    ),
    Mutation(
        "a-third-retry-of-a-pull",
        "pull limits",
        old="    if a.retries >= MAX_RETRIES:\n",
        new="    if a.retries >= MAX_RETRIES and not a.is_pull:\n",
    ),
    Mutation(
        "taken-is-cancelled",
        "pull",
        old="        case Cancelled() | NotCancellable():\n",
        new="""        case Cancelled():
            return end(a, Stage.CANCELLED)
        case NotCancellable():
""",
    ),
    Mutation(
        "not-cancellable-is-failed",
        "pull",
        old="        case Cancelled() | NotCancellable():\n",
        new="""        case NotCancellable():
            return end(a, Stage.FAILED, "not_cancellable")
        case Cancelled():
""",
    ),
    Mutation(
        "not-cancellable-is-published",
        "pull",
        old="        case Cancelled() | NotCancellable():\n",
        new="""        case NotCancellable():
            return end(a, Stage.PUBLISHED)
        case Cancelled():
""",
    ),
    Mutation(
        "a-lost-answer-to-cancel-is-a-cancel",
        "pull",
        old="""        case Lost():
            return pause(a, event.why)
        case Cancelled()""",
        new="""        case Lost() if a.cancels:
            return end(a, Stage.CANCELLED)
        case Lost():
            return pause(a, event.why)
        case Cancelled()""",
    ),
    Mutation(
        "asked-to-stop-and-never-looked-at-again",
        "pull",
        old="        return Decision(replace(a, cancels=a.cancels + 1), CancelPull())\n",
        new="        return Decision(a, CancelPull() if a.cancels else Wait(None))\n",
    ),
    Mutation(
        "cancelled-ones-are-announced",
        "pull",
        old="    return end_if_cancelled(a) or Decision(announced, Init())\n",
        new="    return Decision(announced, Init())\n",
    ),
    Mutation(
        "cancelled-ones-begin-anew",
        "stopped late",
        old="    return end(a, Stage.CANCELLED) if a.cancel_requested else None\n",
        new="    return None\n",
    ),
    Mutation(
        "a-lost-init-was-never-sent",
        "pull",
        old="""        case Lost(sent=False):
            return _unreachable(unannounced, event.why)
""",
        new="""        case Lost():
            return _unreachable(unannounced, event.why)
""",
    ),
    Mutation(
        "a-broken-answer-to-init-is-a-no",
        "pull",
        old="""        case Refused(refusal=Refusal.FAULT):
            return give_up(a, f"{NETWORK} answered {event.code}")
""",
        new="",
    ),
    Mutation(
        "announced-again-after-a-crash",
        "pull",
        old="""            return give_up(a, "the answer to init was never stored")
""",
        new="            return _announce(a, now)\n",
    ),
    Mutation(
        "a-full-day-is-for-a-person",
        "hands",
        old="Decision(a, Wait(delay, hold=reason, detail=detail))",
        new="Decision(a, Wait(None, hold=reason, detail=detail))",
    ),
    Mutation(
        "a-pull-that-was-cancelled-passes",
        "pull",
        old="    if status.fail_is_cancel and a.cancel_requested:\n",
        new="    if a.cancel_requested:\n",
    ),
)

DRAFTS = (
    Mutation(
        "a-draft-in-the-inbox-is-published",
        "draft",
        old="            inbox = replace(a, stage=Stage.DELIVERED,",
        new="            inbox = replace(a, stage=Stage.PUBLISHED,",
    ),
    Mutation(
        "processing-is-delivered",
        "draft",
        old="        case Phase.INBOX:\n",
        new="        case Phase.INBOX | Phase.PROCESSING:\n",
    ),
    Mutation(
        "a-delivered-one-that-failed-begins-anew",
        "draft",
        old="            return Decision(a, End(Stage.DELIVERED, event.fail_reason))\n",
        new='            return void(a, "failed after all")\n',
    ),
    Mutation(
        "a-delivered-one-that-failed-has-failed",
        "draft",
        old="            return Decision(a, End(Stage.DELIVERED, event.fail_reason))\n",
        new="            return end(a, Stage.FAILED, event.fail_reason)\n",
    ),
    Mutation(
        "delivered-is-the-end",
        "draft",
        old="            return until_finished(inbox, now)\n",
        new="            return end(inbox, Stage.DELIVERED)\n",
    ),
    Mutation(
        "the-first-post-of-a-draft-is-the-only-one",
        "draft",
        old="    return a.mode is Mode.DIRECT and (bool",
        new="    return (bool",
    ),
    Mutation(
        "earlier-posts-of-a-draft-are-forgotten",
        "draft",
        old="(*a.post_ids, *(known for known in status.post_ids if known not in a.post_ids))",
        new="status.post_ids",
    ),
    Mutation(
        "nobody-waits-for-a-public-id",
        "late id",
        old="    if _is_told_all(a) or since >= POLL_UNTIL:\n",
        new="    if True:\n",
    ),
    Mutation(
        "a-finished-draft-is-not-seen",
        "draft",
        old="""        case Status(phase=Phase.COMPLETE):
            return complete(a, event, now)
""",
        new="""        case Status(phase=Phase.COMPLETE):
            return end(a, Stage.DELIVERED)
""",
    ),
)

HANDS = (
    Mutation("a-nudge-while-asking-is-lost", "pull", rules=Rules(keep_nudge=False)),
    Mutation("opened-with-the-intent", "pull", rules=Rules(release_with_id=False)),
    Mutation("void-after-the-first-byte", "pull early", rules=Rules(void_looks=False)),
    Mutation("served-though-void", "pull early", rules=Rules(void_keeps=False)),
    Mutation("addresses-of-another-attempt", "pull", rules=Rules(own_addresses=False)),
    Mutation("addresses-that-never-end", "pull settling", rules=Rules(addresses_end=False)),
    Mutation("no-fence-for-a-pull", "pull early", rules=Rules(fence=False)),
    Mutation("stored-after-the-call-for-a-pull", "pull", rules=Rules(store_first=False)),
    Mutation("announced-before-its-intent-is-known", "pull", rules=Rules(await_record=False)),
    Mutation("cancel-not-compared-for-a-pull", "pull", rules=Rules(compare_cancel=False)),
    Mutation("sure-to-cancel-what-is-fetched", "pull", rules=Rules(refuse_late_cancel=False)),
    Mutation("photos-void-after-the-first", "photos", rules=Rules(void_looks=False)),
    Mutation("edited-after-it-was-announced", "hands early", rules=Rules(edit_only_ready=False)),
    Mutation(
        "edits-neither-compared-nor-checked",
        "hands",
        rules=Rules(compare_edition=False, live_check=False),
    ),
    Mutation("live-check-dropped", "decided", rules=Rules(live_check=False)),
    Mutation("tried-again-while-unconfirmed", "decided", rules=Rules(retry_only_failed=False)),
)
