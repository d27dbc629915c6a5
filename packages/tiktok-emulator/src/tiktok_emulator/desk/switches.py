"""The settings as a form: one field for each, made from the settings themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Literal, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from tiktok_emulator.forms import text
from tiktok_emulator.settings import Settings

# Where each setting stands on the page; one that nobody has put anywhere comes last.
_GROUPS = (
    (
        "Tokens and login",
        ("access_", "refresh_", "client_token", "rot", "code_", "oauth_", "verif", "session_"),
    ),
    ("Init", ("param_", "rate_limits", "min_chunk", "max_", "brand_", "unaudited_", "sandbox")),
    ("Upload", ("upload_", "content_range", "resent_", "intake_")),
    ("Pulling from addresses", ("pull_", "photo_", "fetch_")),
    ("Processing", ("processing", "moderation_", "min_duration", "content_type", "publish_id")),
    ("Display", ("display_", "short_pages", "cover_", "statistics")),
    ("Webhooks", ("webhook_",)),
)
_REST = "Other"


@dataclass(frozen=True, slots=True)
class Switch:
    """One field of the form. `name` has a dot inside a group of settings."""

    name: str
    title: str
    about: str
    kind: Literal["switch", "choice", "number", "text"]
    value: object
    options: tuple[tuple[str, str], ...] = ()


def groups(settings: Settings) -> list[tuple[str, list[Switch]]]:
    """Every setting with its value, under headings."""
    found: dict[str, list[Switch]] = {title: [] for title, _ in _GROUPS} | {_REST: []}
    for name, field, value in _fields(settings):
        found[_group_of(name)].append(_switch(name, field, value))
    return [(title, switches) for title, switches in found.items() if switches]


def changes_of(form: FormData) -> dict[str, object]:
    """What a filled-in form says, in the shape that changes settings."""
    changes: dict[str, object] = {}
    for name, field, _ in _fields(Settings()):
        value = _value_of(field.annotation, name, form)
        group, _, inner = name.partition(".")
        if inner:
            inside = changes.setdefault(group, {})
            assert isinstance(inside, dict)
            inside[inner] = value
        else:
            changes[name] = value
    return changes


def _fields(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, FieldInfo, object]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _fields(value, f"{name}.")
        else:
            yield f"{prefix}{name}", field, value


def _group_of(name: str) -> str:
    for title, beginnings in _GROUPS:
        if name.startswith(beginnings):
            return title
    return _REST


def _switch(name: str, field: FieldInfo, value: object) -> Switch:
    title = name.replace(".", ": ").replace("_", " ")
    if title.endswith(" s"):
        title = title.removesuffix(" s") + ", seconds"
    about = field.description or ""
    if field.annotation is bool:
        return Switch(name, title, about, "switch", value)
    if get_origin(field.annotation) is Literal:
        options = tuple(
            (str(each), str(each).replace("_", " ")) for each in get_args(field.annotation)
        )
        return Switch(name, title, about, "choice", str(value), options)
    if (line := _in_one_line(value)) is not None:
        return Switch(name, title, about, "text", line)
    is_number = isinstance(value, int | float) or NoneType in get_args(field.annotation)
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return Switch(name, title, about, "number" if is_number else "text", shown)


def _in_one_line(value: object) -> str | None:
    """A list of words, or of name=value, with blanks between; None for anything else."""
    if isinstance(value, dict):
        pairs = cast("dict[object, object]", value)
        return " ".join(f"{key}={each}" for key, each in pairs.items())
    if isinstance(value, tuple):
        return " ".join(str(each) for each in cast("tuple[object, ...]", value))
    return None


def _value_of(annotation: object, name: str, form: FormData) -> object:
    if annotation is bool:
        return name in form
    sent = text(form, name)
    if get_origin(annotation) is Literal:
        return next((each for each in get_args(annotation) if str(each) == sent), sent)
    if get_origin(annotation) is tuple:
        return tuple(sent.replace(",", " ").split())
    if get_origin(annotation) is dict:
        pairs = (each.partition("=") for each in sent.split())
        return {key: value for key, _, value in pairs}
    return None if not sent and NoneType in get_args(annotation) else sent
