"""The tables of the page about checking media: every rule there is, from the rulebook."""

from postwright.platforms.tiktok.rulebook import RULES

_KINDS = {
    "error": "refused",
    "fixable": "refused, and mended by `--fix`",
    "advice": "advice",
}


def rules(about: str) -> str:
    """The rules about one thing, in the order in which they are looked at."""
    lines = ["| rule | what it wants | allowed | if not |", "| --- " * 4 + "|"]
    for rule in RULES.values():
        if rule.about == about:
            end = _KINDS[rule.kind]
            if rule.kind == "advice" and rule.is_mended:
                end = "advice, and mended by `--fix`"
            lines.append(f"| `{rule.id}` | {rule.says} | {rule.limit or ''} | {end} |")
    return "\n".join(lines) + "\n"
