"""What the proof rests on. What is not in here is left to the adversary."""

ASSUMPTIONS = {
    "ONE_ID_ONE_POST": "a publish id becomes at most one post, however often its bytes arrive",
    "BYTES_FIRST": "no upload becomes a post before the last of its bytes has arrived",
    "ADDRESS_HOUR": "an upload address takes no PUT that begins more than 60 min after its init",
    "LONGEST_PUT": "no PUT acts more than 20 min after it began",
    "PASSES_SOON": "a FAILED that passes does so within 10 min of failing, or of late bytes",
    "SAME_FAILURE": "FAILED on record and FAILED again, nothing else in between, is one failure",
    "FINAL_REASONS": "a fail_reason that is not `internal` is final",
    "COMPLETE_IS_POSTED": "PUBLISH_COMPLETE is said of a post only",
    "COMMITS_HOLD": "a committed row stays, and transactions on one row come one after the other",
    "SHORT_LEASE": "a lease that is not renewed ends within 5 min",
}
