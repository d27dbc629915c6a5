"""How often TikTok may be asked is what spec/tiktok/ says, each call in its bucket."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from postwright.platforms.base import Asking, Limit
from postwright.platforms.content import Kind, Mode
from postwright.platforms.tiktok.rates import CAPS, limit_of

ROOT = Path(__file__).parents[4]
ROWS: dict[str, dict[str, Any]] = {
    row["id"]: row
    for row in yaml.safe_load((ROOT / "spec/tiktok/limits.yaml").read_text(encoding="utf-8"))
}


@pytest.mark.parametrize(
    ("asking", "kind", "mode", "row"),
    [
        (Asking.CREATOR, Kind.VIDEO, Mode.DIRECT, "limits.creator-info-per-minute"),
        (Asking.CREATOR, Kind.PHOTO, Mode.DIRECT, "limits.creator-info-per-minute"),
        (Asking.OPEN, Kind.VIDEO, Mode.DIRECT, "limits.init-per-minute"),
        (Asking.OPEN, Kind.VIDEO, Mode.DRAFT, "limits.inbox-init-per-minute"),
        (Asking.OPEN, Kind.PHOTO, Mode.DIRECT, "limits.photo-init-per-minute"),
        (Asking.OPEN, Kind.PHOTO, Mode.DRAFT, "limits.photo-init-per-minute"),
        (Asking.STATUS, Kind.VIDEO, Mode.DIRECT, "limits.status-per-minute"),
        (Asking.STATUS, Kind.PHOTO, Mode.DRAFT, "limits.status-per-minute"),
        (Asking.CANCEL, Kind.PHOTO, Mode.DRAFT, "limits.cancel-per-minute"),
    ],
)
def test_each_call_has_the_limit_of_its_row(
    asking: Asking, kind: Kind, mode: Mode, row: str
) -> None:
    assert limit_of(asking, kind, mode) == Limit(ROWS[row]["operation"], ROWS[row]["value"])
    assert ROWS[row]["window_s"] == 60


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_asked_about_the_creator_of_a_draft(kind: Kind) -> None:
    assert limit_of(Asking.CREATOR, kind, Mode.DRAFT) is None


def test_the_caps_are_those_of_their_rows() -> None:
    assert CAPS.posts == ROWS["limits.daily-posts"]["value"]
    assert CAPS.drafts == ROWS["limits.pending-shares"]["value"]
    assert CAPS.unaudited_creators == ROWS["limits.unaudited-users"]["value"]
