"""How long, and how often: what the protocol compares its clocks and counts with."""

from datetime import timedelta

from postwright.platforms.answers import Refusal

ADDRESS_LIFE = timedelta(hours=1)
LONGEST_PUT = timedelta(minutes=20)
# Ten minutes that TikTok is given to change its mind, and the longest call at either end of them.
SETTLE = timedelta(minutes=15)
UNKNOWN_IS_EARLY = timedelta(minutes=10)
UNCONFIRMED_AFTER = timedelta(hours=24)
POLL_UNTIL = timedelta(hours=72)
CHECK_IS_FRESH = timedelta(minutes=5)
MAX_RETRIES = 2
MAX_VOIDS = 50
MAX_REJECTIONS = 5
MAX_CANCELS = 3
FOR_A_PERSON = frozenset({Refusal.TOKEN, Refusal.REVOKED, Refusal.SCOPE})
