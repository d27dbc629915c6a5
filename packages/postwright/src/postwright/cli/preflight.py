"""What keeps a post from being sent, found before anything is."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from postwright.cli.printing import size
from postwright.config import Settings
from postwright.errors import BadInput
from postwright.media.findings import Finding
from postwright.media.probe import PhotoProbe, Probe, VideoProbe
from postwright.platforms.tiktok.rules import check_files, check_photo_post, check_post
from postwright.platforms.tiktok.settings import (
    PRIVACY_LEVELS,
    CreatorLimits,
    PhotoSettings,
    VideoSettings,
)

Chosen = VideoSettings | PhotoSettings


class Unfit(BadInput):
    """TikTok would not take the file or the settings; every reason is listed."""

    code = "preflight"

    def __init__(self, path: Path, findings: Sequence[Finding]) -> None:
        self.findings = [finding for finding in findings if finding.blocks]
        super().__init__(
            f"{path.name} cannot be published like this.",
            why="\n".join(sentence(finding) for finding in self.findings),
            fix="Correct it and try again; nothing was stored.",
        )

    def to_dict(self) -> dict[str, Any]:
        """The error with its findings."""
        return {**super().to_dict(), "findings": [asdict(finding) for finding in self.findings]}


class OnlyChecked(BadInput):
    """Photos can be checked and mended, but not published yet."""

    code = "photos_not_published"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is a photo, and photos are not published by this release.",
            why="TikTok fetches photos from a public address; that part is not there yet.",
            fix=f"See what TikTok would say of it: postwright check {path}",
        )


def find(
    files: Sequence[tuple[str, Probe]],
    chosen: Chosen,
    limits: CreatorLimits | None,
    settings: Settings,
    *,
    trims: bool = False,
) -> list[Finding]:
    """Everything that the rules say of a post, blocking findings first.

    A privacy that was not chosen (an empty one) is not missed: `check` works without it.

    Args:
        files: what each is called, and what is in it.
        chosen: the settings of the post.
        limits: the creator's; None while they are not known.
        settings: say how short a video may be, and whether the app is audited.
        trims: whether a video that is too long may be cut.
    """
    if not chosen.privacy_level:
        offered = limits.privacy_options if limits and limits.privacy_options else PRIVACY_LEVELS
        chosen = replace(chosen, privacy_level=offered[0])
    shortest_s = settings.media.min_duration_s
    found = [
        *check_files(files, limits, min_duration_s=shortest_s, trims=trims),
        *_of_post(files, chosen, limits, audited=settings.tiktok.audited),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def _of_post(
    files: Sequence[tuple[str, Probe]],
    chosen: Chosen,
    limits: CreatorLimits | None,
    *,
    audited: bool | None,
) -> Sequence[Finding]:
    match chosen:
        case VideoSettings():
            lengths = [found.duration_ms for _, found in files if isinstance(found, VideoProbe)]
            length = lengths[0] if lengths else None
            return check_post(chosen, limits, duration_ms=length, audited=audited)
        case PhotoSettings():
            return check_photo_post(chosen, limits, photos=len(files), audited=audited)


def refuse_unfit(path: Path, findings: Sequence[Finding]) -> None:
    """Raise if something blocks.

    Raises:
        Unfit: with every finding that does.
    """
    if any(finding.blocks for finding in findings):
        raise Unfit(path, findings)


def sentence(finding: Finding) -> str:
    """A finding in two lines: where and what, then what to do."""
    measures = [finding.measured or "", f"allowed: {finding.limit}" if finding.limit else ""]
    measured = "; ".join(filter(None, measures))
    text = f"{finding.where}: {finding.says}"
    text += f" ({measured})" if measured else ""
    text += f" [{finding.rule}]"
    return text + (f"\n  {finding.fix}" if finding.fix else "")


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
