"""What keeps a post from being sent, found before anything is."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from postwright.cli.choices import plainly
from postwright.cli.looking import Seen
from postwright.cli.printing import size
from postwright.config import Settings
from postwright.errors import BadInput
from postwright.media.findings import Finding
from postwright.media.fixing.errors import FixFailed
from postwright.media.probe import PhotoProbe, Probe, VideoProbe
from postwright.platforms.content import Kind, Mode
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.rules import (
    check_draft_video,
    check_files,
    check_photo_draft,
    check_photo_post,
    check_post,
)
from postwright.platforms.tiktok.settings import (
    PRIVACY_LEVELS,
    CreatorLimits,
    PhotoSettings,
    VideoSettings,
)

Chosen = VideoSettings | PhotoSettings
Named = Sequence[tuple[str, Probe]]


class Unfit(BadInput):
    """TikTok would not take the files or the settings; every reason is listed."""

    code = "preflight"

    def __init__(self, what: str, findings: Sequence[Finding]) -> None:
        self.findings = [finding for finding in findings if finding.blocks]
        super().__init__(
            f"{what} cannot be published like this.",
            why="\n".join(sentence(finding) for finding in self.findings),
            fix="Correct it and try again; nothing was stored.",
        )

    def to_dict(self) -> dict[str, Any]:
        """The error with its findings."""
        return {**super().to_dict(), "findings": [asdict(finding) for finding in self.findings]}


def kind_of(files: Named) -> Kind | None:
    """What a post of these files is; None of photos and videos together, which make none."""
    kinds = {Kind.PHOTO if isinstance(found, PhotoProbe) else Kind.VIDEO for _, found in files}
    return kinds.pop() if len(kinds) == 1 else None


def find(
    files: Named,
    chosen: Chosen | None,
    limits: CreatorLimits | None,
    settings: Settings,
    *,
    mode: Mode = Mode.DIRECT,
    trims: bool = False,
) -> list[Finding]:
    """Everything that the rules say of a post, blocking findings first.

    A privacy that was not chosen (an empty one) is not missed: `check` works without it.

    Args:
        files: what each is called, and what is in it.
        chosen: the settings of the post; None if its files make none.
        limits: the creator's; None while they are not known. Drafts are not held to them.
        settings: say how short a video may be, and whether the app is audited.
        mode: whether it is a draft.
        trims: whether a video that is too long may be cut.
    """
    is_draft = mode is Mode.DRAFT
    limits = None if is_draft else limits
    shortest_s = settings.media.min_duration_s
    every = [
        *check_files(files, limits, min_duration_s=shortest_s, trims=trims),
        *(_of_drafts(files) if is_draft and not trims else ()),
    ]
    if chosen is not None:
        every += _of_settings(files, chosen, limits, mode, audited=settings.tiktok.audited)
    return sorted(every, key=lambda finding: not finding.blocks)


def _of_drafts(files: Named) -> list[Finding]:
    return [
        finding
        for name, found in files
        if isinstance(found, VideoProbe)
        for finding in check_draft_video(found, where=name)
    ]


def _of_settings(
    files: Named,
    chosen: Chosen,
    limits: CreatorLimits | None,
    mode: Mode,
    *,
    audited: bool | None,
) -> Sequence[Finding]:
    if not chosen.privacy_level:
        offered = limits.privacy_options if limits and limits.privacy_options else PRIVACY_LEVELS
        chosen = replace(chosen, privacy_level=offered[0])
    match chosen, mode:
        case VideoSettings(), Mode.DRAFT:
            return ()
        case VideoSettings(), _:
            lengths = [found.duration_ms for _, found in files if isinstance(found, VideoProbe)]
            length = lengths[0] if lengths else None
            return check_post(chosen, limits, duration_ms=length, audited=audited)
        case PhotoSettings(), Mode.DRAFT:
            return check_photo_draft(chosen, photos=len(files))
        case PhotoSettings(), _:
            return check_photo_post(chosen, limits, photos=len(files), audited=audited)


def unreadable(seen: Sequence[Seen]) -> list[Finding]:
    """The files that cannot be read, as findings."""
    return [
        found("preflight.files.unreadable", one.name, one.why, fix=one.fix)
        for one in seen
        if one.probe is None
    ]


def unmendable(failed: Sequence[tuple[str, FixFailed]]) -> list[Finding]:
    """The files that could not be mended, as findings."""
    return [
        found("preflight.files.unmendable", name, _why(error), fix=error.fix)
        for name, error in failed
    ]


def _why(error: FixFailed) -> str:
    return f"It could not be mended. {error.why}"


def refuse_unfit(what: str, findings: Sequence[Finding]) -> None:
    """Raise if something blocks; `what` is what the files are called.

    Raises:
        Unfit: with every finding that does.
    """
    if any(finding.blocks for finding in findings):
        raise Unfit(what, findings)


def sentence(finding: Finding) -> str:
    """A finding in two lines, in plain words: where and what, then what to do."""
    measures = [finding.measured or "", f"allowed: {finding.limit}" if finding.limit else ""]
    measured = "; ".join(filter(None, measures))
    text = f"{finding.where}: {finding.says}"
    text += f" ({measured})" if measured else ""
    text += f" [{finding.rule}]"
    return plainly(text + (f"\n  {finding.fix}" if finding.fix else ""))


def summary(probe: Probe) -> str:
    """What is in a file, in a line."""
    match probe:
        case VideoProbe():
            sound = probe.audio_codec or "no sound"
            return (
                f"{probe.width} x {probe.height}, {probe.fps:g} fps, "
                f"{probe.duration_ms / 1000:.1f} s, "
                f"{probe.video_codec} and {sound} in {probe.container}, {size(probe.size_bytes)}"
            )
        case PhotoProbe():
            moving = "animated " if probe.animated else ""
            return (
                f"{probe.width} x {probe.height}, {moving}{probe.format} in {probe.mode}, "
                f"{size(probe.size_bytes)}"
            )
