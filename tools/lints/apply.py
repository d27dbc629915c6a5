"""Applies every rule to a file and settles the excuses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from tools.lints import (
    bare_now,
    commit_outside_db,
    file_size,
    httpx_in_one_place,
    names,
    queries_take_workspace,
    reasons,
    words,
)
from tools.lints.source import EXCUSE, Finding, Source

RULES: dict[str, Callable[[Source], Iterator[Finding]]] = {
    rule.NAME: rule.check
    for rule in (
        bare_now,
        commit_outside_db,
        file_size,
        httpx_in_one_place,
        names,
        queries_take_workspace,
        reasons,
        words,
    )
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One line of output."""

    path: PurePosixPath
    rule: str
    finding: Finding

    def told(self) -> str:
        """`path:line: rule: message`, as editors read it."""
        return f"{self.path}:{self.finding.line}: {self.rule}: {self.finding.message}"


def breaches(source: Source) -> Iterator[Breach]:
    """What the rules say about this file, less what is excused with a reason."""
    if source.is_python:
        try:
            source.nodes  # noqa: B018  # parses
        except SyntaxError as error:
            yield Breach(source.path, "syntax", Finding(error.lineno or 1, error.msg))
            return
    excuses = {
        (line, found["rule"]): found["reason"]
        for line, text in (source.comments() if "lint: " in source.text else ())
        if (found := EXCUSE.search(text)) and found["rule"] in RULES
    }
    used = set[tuple[int, str]]()
    for rule, check in RULES.items():
        for finding in check(source):
            reach = range(finding.line, max(finding.line, finding.end) + 1)
            here = {(line, rule) for line in reach if excuses.get((line, rule))}
            used |= here
            if not here:
                yield Breach(source.path, rule, finding)
    for (line, rule), reason in excuses.items():
        if (line, rule) not in used:
            fault = "excuses nothing: remove it" if reason else "gives no reason"
            yield Breach(source.path, rule, Finding(line, f"the excuse {fault}"))
