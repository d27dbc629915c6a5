"""Ways to break what is done when TikTok contradicts itself; each must be caught."""

from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.state import Rules

CONTRADICTIONS = (
    Mutation("word-of-an-earlier-one-is-ignored", "its mind", rules=Rules(word_counts=False)),
    Mutation("stopped-and-still-fetched", "its mind, pull", rules=Rules(word_closes=False)),
    Mutation(
        "only-what-was-not-announced-is-stopped",
        "its mind",
        old="    if not is_over and (a.last_byte_at is not None or event.served):\n",
        new="    if not is_over and a.stage is not Stage.READY:\n",
    ),
    Mutation(
        "stopped-and-not-given-up",
        "its mind",
        old="    given_up = a if is_over else replace(a, stage=Stage.VOID)\n",
        new="    given_up = a\n",
    ),
    Mutation(
        "stopped-and-no-person-decides",
        "its mind",
        old='Wait(None, hold="unconfirmed", unconfirmed=True, detail=says)',
        new='Wait(None, hold="unconfirmed", detail=says)',
    ),
    Mutation(
        "out-after-all-is-not-asked",
        "its mind, by hand",
        old="    if not isinstance(event, OutAfterAll):\n",
        new="    if True:\n",
    ),
    Mutation(
        "out-after-all-begins-anew",
        "its mind, by hand",
        old="""        stage=Stage.TRACKING,
        last_byte_at=a.last_byte_at or a.opened_at or now,
""",
        new="        stage=Stage.READY,\n",
    ),
)
