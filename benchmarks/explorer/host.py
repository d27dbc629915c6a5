"""Our media host: one set of addresses for each attempt, and who wins when they are closed.

`serve` and `void` are one UPDATE each, on condition that the other has not happened; so both are
one step here. A HEAD, and a GET that is answered 503, change nothing and are not shown.
"""

from benchmarks.explorer.model import Model
from benchmarks.explorer.promises import SERVED_EARLY
from benchmarks.explorer.state import NONE, Host, Opening, Remote, Served, State, Upload
from benchmarks.explorer.tiktok import ADDRESS_LIFE_MIN, INCOMPLETE


def found(s: State, uid: int) -> Host | None:
    """This set of addresses, unless it is forgotten, which is as good as void."""
    return next((h for h in s.hosts if h.uid == uid), None)


def issue(m: Model, s: State, uid: int) -> tuple[State, int]:
    """Make an attempt's addresses with its intent; announced again, they last anew."""
    opening = Opening.EARLY if m.scenario.early else Opening.ON_RELEASE
    if not m.rules.release_with_id:
        opening = Opening.RELEASED
    known = found(s, uid)
    if known is not None and (not known.void or not m.rules.own_addresses):
        again = known._replace(age=0, void=False)
        return changed(s, again), uid
    used = {h.uid for h in s.hosts} | {s.row.host}
    used |= {t.host for t in s.turns} | {u.host for u in s.uploads}
    uid = next(n for n in range(len(used) + 1) if n not in used)
    new = Host(uid, 0, opening, Served.NOT_YET, void=False)
    return s._replace(hosts=tuple(sorted((*s.hosts, new)))), uid


def release(s: State, uid: int) -> State | None:
    """Let them be served; None if they are void."""
    host = found(s, uid)
    if host is None or host.void:
        return None
    return changed(s, host._replace(opening=Opening.RELEASED))


def void(m: Model, s: State, uid: int) -> tuple[State, bool]:
    """Declare them void, unless a byte was served or they were released; whether they are."""
    host = found(s, uid)
    if host is None or host.void:
        return s, True
    taken = host.served != Served.NOT_YET or host.opening == Opening.RELEASED
    if taken and m.rules.void_looks:
        return s, False
    return changed(s, host._replace(void=True)), True


def is_open(m: Model, s: State, upload: Remote) -> bool:
    """Whether TikTok can fetch of it now."""
    host = found(s, upload.host)
    if host is None or upload.phase not in INCOMPLETE or upload.received == m.size:
        return False
    ended = host.age >= ADDRESS_LIFE_MIN and m.rules.addresses_end
    void_now = host.void and m.rules.void_keeps
    return host.opening != Opening.ON_RELEASE and not ended and not void_now


def may_open(m: Model, s: State, upload: Remote) -> bool:
    """Whether it can be fetched now or later: so it must not be forgotten."""
    host = found(s, upload.host)
    if host is None or upload.phase not in INCOMPLETE or upload.received == m.size:
        return False
    if is_open(m, s, upload) or not m.rules.own_addresses:
        return True
    return s.row.host == upload.host and not host.void and host.age < ADDRESS_LIFE_MIN


def serve(m: Model, s: State, upload: Remote) -> State:
    """The first byte of a file goes out."""
    host = found(s, upload.host)
    assert host is not None, "what is open is there"
    if host.served == Served.NOT_YET:
        early = host.opening == Opening.EARLY
        host = host._replace(served=Served.EARLY if early else Served.LATER)
        s = changed(s, host)
    awaited = s.row.host == host.uid and not s.row.over and not _id_is_stored(m, s)
    if awaited and not m.scenario.early:
        return s._replace(broken=SERVED_EARLY)
    return s


def was_early(s: State, upload: Remote) -> bool:
    """Whether it was fetched before anybody could say that it may be: then no cancel is sure."""
    host = found(s, upload.host)
    return host is not None and host.served == Served.EARLY


def changed(s: State, host: Host) -> State:
    """The same with one set changed. Of a void one nothing matters any more."""
    if host.void:
        host = host._replace(age=0)
    hosts = (host if h.uid == host.uid else h for h in s.hosts)
    return s._replace(hosts=tuple(hosts))


def older(m: Model, host: Host, minutes: int) -> Host:
    """Later."""
    if host.void and m.rules.void_keeps:
        return host
    return host._replace(age=min(host.age + minutes, ADDRESS_LIFE_MIN))


def forget(s: State) -> State:
    """Drop the sets that nobody can ask for any more."""
    if not s.hosts:
        return s
    known = {s.row.host} | {t.host for t in s.turns} | {u.host for u in s.uploads}
    kept = tuple(h for h in s.hosts if h.uid in known)
    return s if len(kept) == len(s.hosts) else s._replace(hosts=kept)


def _id_is_stored(m: Model, s: State) -> bool:
    return s.row.attempt != NONE and m.book.uid(s.row.attempt) >= 0


def waits_for_bytes(upload: Remote) -> bool:
    """Whether TikTok still has to fetch."""
    return upload.is_pull and upload.phase == Upload.EXPECTS_BYTES
