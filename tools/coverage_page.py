"""The tables of docs/coverage.md: which code and which test stands behind each row of spec/."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.coverage import ROOT, SPEC, Row, load_rows, measure
from tools.places import Place

DOCS = "https://developers.tiktok.com/docs/en/"
BASES = ("official", "observed", "assumed")
FILES = (
    ("oauth", "Login"),
    ("posting", "Creator info and direct posts"),
    ("upload", "Upload"),
    ("pull", "Pull"),
    ("photo", "Photos"),
    ("inbox", "Inbox videos"),
    ("status", "Status"),
    ("cancel", "Cancel"),
    ("media", "Media"),
    ("limits", "Limits and caps"),
    ("errors", "Envelope and error codes"),
    ("display", "Display"),
    ("webhooks", "Webhooks"),
)


def figures() -> str:
    """How many rows there are, by file and by how we know them."""
    lines = ["| rows about | official | observed | assumed | all |", "| --- |" + " ---: |" * 4]
    total = Counter[str]()
    for stem, title in FILES:
        counts = Counter(row["basis"] for row in _rows_of(stem))
        total += counts
        lines.append(_figures_line(f"[{title}](#{_anchor(title)})", counts))
    return "\n".join([*lines, _figures_line("everything", total)]) + "\n"


def tables() -> str:
    """A table for each file of spec/tiktok/."""
    coverage = measure()
    sides = (coverage.client_places, coverage.emulator_places, coverage.test_places)
    parts: list[str] = []
    for stem, title in FILES:
        lines = [f"## {title}\n", "| row | basis | client | emulator | tests |", "| --- " * 5 + "|"]
        for row in _rows_of(stem):
            places = " | ".join(_links(side.get(row["id"], ())) for side in sides)
            lines.append(f"| **{row['id']}**<br>{_text(row)} | {_basis(row)} | {places} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _rows_of(stem: str) -> Iterator[Row]:
    named = load_rows()
    text = (SPEC / f"{stem}.yaml").read_text(encoding="utf-8")
    return (row for name, row in named.items() if f"- id: {name}\n" in text)


def _figures_line(title: str, counts: Counter[str]) -> str:
    numbers = [counts[basis] for basis in BASES]
    return f"| {title} | " + " | ".join(str(number) for number in [*numbers, sum(numbers)]) + " |"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _text(row: Row) -> str:
    says = str(row["says"]).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
    settles = row.get("settles", [])
    return says + (f" <sub>settles {', '.join(settles)}</sub>" if settles else "")


def _basis(row: Row) -> str:
    source, basis = str(row["source"]), str(row["basis"])
    if basis == "official" and " " not in source:
        source = f"[{source}]({DOCS}{source})"
    return f"{basis}<br><sub>{source}, {row['date']}</sub>"


def _links(places: Sequence[Place]) -> str:
    return "<br>".join(dict.fromkeys(_link(place) for place in places))


def _link(place: Place) -> str:
    path = place.path.relative_to(ROOT)
    words = place.name.removeprefix("test_").replace("_", " ")
    name = words if place.name.startswith("test_") else f"`{_module(path)}{_dotted(place.name)}`"
    return f"[{name}](../{path.as_posix()})"


def _module(path: Path) -> str:
    """The module without the package that it is in: `posting.init`."""
    parts = path.with_suffix("").parts
    inner = parts[parts.index("src") + 2 :] if "src" in parts else parts[-1:]
    return ".".join(part for part in inner if part != "__init__") or parts[-2]


def _dotted(name: str) -> str:
    return f":{name}" if name else ""
