"""What keeps a post from being sent, found before anything is."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from postwright.cli.printing import size
from postwright.config import Settings
from postwright.errors import BadInput
from postwright.media.findings import Finding
from postwright.media.probe import VideoProbe
from postwright.platforms.tiktok.rules import check_post, check_video
from postwright.platforms.tiktok.settings import PRIVACY_LEVELS, CreatorLimits, VideoSettings


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
    probe: VideoProbe,
    chosen: VideoSettings,
    limits: CreatorLimits | None,
    settings: Settings,
) -> list[Finding]:
    """Everything that the rules say, blocking findings first.

    A privacy that was not chosen (an empty one) is not missed: `check` works without it.
    """
    found = [
        *check_video(probe, limits, min_duration_s=settings.media.min_duration_s),
        *check_post(
            chosen if chosen.privacy_level else _with_any_privacy(chosen, limits),
            limits,
            duration_ms=probe.duration_ms,
            audited=settings.tiktok.audited,
        ),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def _with_any_privacy(chosen: VideoSettings, limits: CreatorLimits | None) -> VideoSettings:
    offered = limits.privacy_options if limits and limits.privacy_options else PRIVACY_LEVELS
    return replace(chosen, privacy_level=offered[0])


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


def summary(probe: VideoProbe) -> str:
    """What is in a video, in a line."""
    sound = probe.audio_codec or "no sound"
    return (
        f"{probe.width} x {probe.height}, {probe.fps:g} fps, {probe.duration_ms / 1000:.1f} s, "
        f"{probe.video_codec} and {sound} in {probe.container}, {size(probe.size_bytes)}"
    )
