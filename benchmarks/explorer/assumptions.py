"""What the proof rests on. What is not in here is left to the adversary."""

ASSUMPTIONS = {
    "ONE_ID_ONE_POST": "a publish id becomes at most one post, however often its bytes arrive; "
    "a draft's person may make several of it, which are theirs",
    "BYTES_FIRST": "nothing becomes a post before the last of its bytes has arrived",
    "NO_MEANS_NO": "an init that is refused, other than by 5xx, has made nothing",
    "ADDRESS_HOUR": "an upload address takes no PUT that begins more than 60 min after its init",
    "LONGEST_PUT": "no PUT acts more than 20 min after it began",
    "FETCHES_HERE_ONLY": "TikTok gets a file that it fetches from the attempt's own addresses",
    "LONGEST_PULL": "what TikTok fetches has arrived 80 min after its init, or never does",
    "PASSES_SOON": "a FAILED that passes does so within 10 min of failing, or of late bytes",
    "SAME_FAILURE": "FAILED on record and FAILED again, nothing else in between, is one failure",
    "FINAL_REASONS": "a fail_reason that is not of those that pass is final",
    "CANCEL_IS_TOLD": "`publish_cancelled` is said only of what was stopped, and it stays stopped; "
    "the answer to a cancel itself proves nothing",
    "COMPLETE_IS_POSTED": "PUBLISH_COMPLETE is said of a post only",
    "INBOX_IS_THERE": "SEND_TO_USER_INBOX is said of a draft that its person can finish; FAILED is "
    "not said of such a draft before that",
    "PERSON_IS_RIGHT": "who decides on an unconfirmed post says what is true, and what is said not "
    "to be out does not appear later",
    "COMMITS_HOLD": "a committed row stays, and transactions on one row come one after the other",
    "SHORT_LEASE": "a lease that is not renewed ends within 5 min",
}
