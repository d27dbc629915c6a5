"""Every mutation: of what concerns uploads, here, and of all the rest in `broken_*.py`."""

from benchmarks.explorer.broken_contradictions import CONTRADICTIONS
from benchmarks.explorer.broken_pulls import DRAFTS, HANDS, PULLS
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.state import Rules

UPLOADS = (
    Mutation(
        "init-after-last-byte",
        "small",
        old="""nothing to send, nothing proven. Track it.
    return keep_looking(replace(a, stage=Stage.TRACKING), now)""",
        new="""nothing to send, nothing proven.
    return void(a, "the upload address ended")""",
    ),
    Mutation(
        "processing-is-published",
        "small",
        old="        case Phase.COMPLETE:\n",
        new="        case Phase.COMPLETE | Phase.PROCESSING:\n",
    ),
    Mutation(
        "processing-is-arrival",
        "small",
        old="    if a.last_byte_at is not None and received == a.plan.size_bytes:\n",
        new="    if a.last_byte_at is not None:\n",
    ),
    Mutation(
        "init-without-intent",
        "small",
        old="    announced = replace(a, stage=Stage.INTENT, announced_at=now)\n",
        new="    announced = a\n",
    ),
    Mutation(
        "publish-id-not-stored",
        "no cancel",
        old="            return let_fetch(opened) if a.is_pull else send(opened, now)\n",
        new="""            kept = replace(a, upload_url=event.upload_url)
            return replace(send(opened, now), attempt=kept)
""",
    ),
    Mutation(
        "last-byte-noted-after-sending",
        "no cancel",
        old="    if a.plan.is_last(a.offset) and a.last_byte_at is None:\n",
        new="    if False and a.last_byte_at is None:\n",
    ),
    Mutation(
        "void-a-dead-address-whatever-was-sent",
        "small",
        old="""    if a.last_byte_at is None:
        return void(a, "the upload address ended before the last byte was sent")
    # The""",
        new="""    if True:
        return void(a, "the upload address ended before the last byte was sent")
    # The""",
    ),
    Mutation(
        "void-when-nobody-may-ask",
        "small",
        old="""    if a.last_byte_at is None:
        return void(a, "the upload address ended before the last byte was sent")
    return""",
        new="""    if True:
        return void(a, "the upload address ended before the last byte was sent")
    return""",
    ),
    Mutation(
        "retry-on-first-failed",
        "asleep",
        old="    if now < settled_at:\n",
        new="    if False:\n",
    ),
    Mutation(
        "no-margin-for-a-slow-answer",
        "settling",
        old="SETTLE = timedelta(minutes=15)\n",
        new="SETTLE = timedelta(minutes=10)\n",
    ),
    Mutation(
        "settle-before-the-address-ends",
        "settling",
        old="    settled_at = max(failed_at, address_ends) + SETTLE\n",
        new="    settled_at = failed_at + SETTLE\n",
    ),
    Mutation(
        "settle-while-a-put-may-arrive",
        "settling",
        old="    address_ends = (a.opened_at or now) + ADDRESS_LIFE + LONGEST_PUT\n",
        new="    address_ends = (a.opened_at or now) + ADDRESS_LIFE\n",
    ),
    Mutation(
        "failed-at-once-when-retries-are-used-up",
        "limits",
        old="    if not status.fail_is_passing:\n",
        new="    if not status.fail_is_passing or a.retries >= MAX_RETRIES:\n",
    ),
    Mutation(
        "a-failure-that-passed-still-counts",
        "asleep",
        old="keep_looking(replace(a, stage=Stage.TRACKING, failed_at=None), now)",
        new="keep_looking(replace(a, stage=Stage.TRACKING), now)",
    ),
    Mutation(
        "a-third-retry",
        "limits",
        old="    if a.retries >= MAX_RETRIES:\n",
        new="    if a.retries > MAX_RETRIES:\n",
    ),
    Mutation(
        "not-known-is-void",
        "small",
        old="""        case NotKnown():
            early =""",
        new="""        case NotKnown() if True:
            return void(a, "TikTok does not know the id")
        case NotKnown():
            early =""",
    ),
    Mutation(
        "out-of-step-after-the-end-starts-over",
        "small",
        old="""    offset = _boundary(a.plan, received)
    if offset == a.offset:
        return pause""",
        new="""    offset = _boundary(a.plan, received)
    if a.last_byte_at is not None:
        return void(a, "out of step")
    if offset == a.offset:
        return pause""",
    ),
    Mutation(
        "lost-last-range-starts-over",
        "small",
        old="""        case Lost():
            return pause(a, event.why)
        case _:
            return _resume(a, now)""",
        new="""        case Lost():
            return void(a, event.why)
        case _:
            return _resume(a, now)""",
    ),
    Mutation(
        "lost-answer-while-tracking-fails-it",
        "small",
        old="""        case Lost():
            return pause(a, event.why)
        case Cancelled() |""",
        new="""        case Lost():
            return end(a, Stage.FAILED, "lost")
        case Cancelled() |""",
    ),
    Mutation(
        "many-rejections-end-it-whatever-was-sent",
        "limits",
        old="    if a.rejections >= MAX_REJECTIONS and a.last_byte_at is None:\n",
        new="    if a.rejections >= MAX_REJECTIONS:\n",
    ),
    Mutation(
        "given-up-after-three-days",
        "unconfirmed",
        old="    unconfirmed = since >= UNCONFIRMED_AFTER\n",
        new="""    if since >= POLL_UNTIL:
        return end(a, Stage.FAILED, "timeout")
    unconfirmed = since >= UNCONFIRMED_AFTER
""",
    ),
    Mutation(
        "no-pause-when-out-of-step",
        "silent",
        old="""    if a.troubles:
        return pause(a, why)
    return Decision(replace(a, troubles=1), AskStatus())""",
        new="""    return Decision(replace(a, troubles=1), AskStatus())""",
    ),
    Mutation(
        "never-asks-after-trouble",
        "silent",
        old="    if a.last_byte_at is not None or a.troubles:\n",
        new="    if a.last_byte_at is not None:\n",
    ),
    Mutation(
        "unknown-status-ends-the-upload",
        "small",
        old="event.phase not in {Phase.PROCESSING, Phase.UNKNOWN}",
        new="event.phase is not Phase.PROCESSING",
    ),
    Mutation(
        "any-refusal-parks-the-tracking",
        "small",
        old="NoToken(refusal=refusal) if refusal in FOR_A_PERSON:\n",
        new="NoToken(refusal=refusal):\n",
    ),
    Mutation(
        "last-index-taken-for-a-count",
        "last index",
        old="        received += 1\n",
        new="        received += 0\n",
    ),
    Mutation(
        "retries-not-counted",
        "limits",
        old="        retries=a.retries,\n    )",
        new="    )",
    ),
    Mutation(
        "cancelled-while-it-settles",
        "not again",
        old="    if status.fail_is_cancel and a.cancel_requested:\n",
        new="    if a.cancel_requested and not a.is_pull:\n",
    ),
    Mutation(
        "cancelled-and-tried-again-all-the-same",
        "not again",
        old="    return end(a, Stage.CANCELLED) if a.cancel_requested else None\n",
        new="    return None\n",
    ),
    Mutation("sure-to-cancel-what-failed", "not again", rules=Rules(settling_is_unsure=False)),
    Mutation("a-nudge-at-the-last-look-is-lost", "draft", rules=Rules(last_look_again=False)),
    Mutation("no-fence", "small", rules=Rules(fence=False)),
    Mutation("store-after-the-call", "no cancel", rules=Rules(store_first=False)),
    Mutation("calls-before-its-record-is-known", "no cancel", rules=Rules(await_record=False)),
    Mutation("cancel-after-last-byte", "small", rules=Rules(refuse_late_cancel=False)),
    Mutation("cancel-not-compared", "small", rules=Rules(compare_cancel=False)),
    Mutation("lease-ignored-at-record", "asleep", rules=Rules(lease_at_record=False)),
    Mutation(
        "lease-and-age-of-answers-ignored",
        "asleep",
        rules=Rules(lease_at_record=False, age_of_answers=False),
    ),
)

MUTATIONS = (*UPLOADS, *PULLS, *DRAFTS, *HANDS, *CONTRADICTIONS)
