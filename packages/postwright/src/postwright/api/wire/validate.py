"""Looking at posts before they are made, on the wire."""

from pydantic import ConfigDict, Field

from postwright.api.wire.base import In, Out, example


class PostText(In):
    """A text to measure."""

    model_config = ConfigDict(json_schema_extra=example(text="First light in Lisbon #sunrise"))

    text: str = Field(max_length=100_000, description="The text; an empty one is allowed.")


class TextLength(Out):
    """How long a text is to a network."""

    count: int = Field(description="Its length as the network counts it, in `unit`.")
    limit: int = Field(description="The longest that the network takes.")
    valid: bool = Field(description="Whether it fits.")
    unit: str = Field(
        description="What is counted. `utf16`: a letter is 1, most emoji are 2 or more.",
        examples=["utf16"],
    )
    used_as: str = Field(description="What the text would be, for a person.")


class TextLengths(Out):
    """How long a text is to each network, and to each place in it that has a limit of its own."""

    model_config = ConfigDict(
        json_schema_extra=example(
            text="First light in Lisbon #sunrise",
            platforms={
                "tiktok": {
                    "count": 30,
                    "limit": 2200,
                    "valid": True,
                    "unit": "utf16",
                    "usedAs": "caption of a video",
                }
            },
            warnings=[],
        )
    )

    text: str = Field(description="The text.")
    platforms: dict[str, TextLength] = Field(
        description="By network; `tiktok` is the caption of a video, `tiktokPhotoTitle` and "
        "`tiktokPhotoDescription` are those of photos."
    )
    warnings: list[str] = Field(
        default=[], description="What was sent and ignored; empty if nothing was."
    )


class PostError(Out):
    """What keeps a post from going out."""

    platform: str | None = Field(description="The network whose rule it is; null if it is ours.")
    error: str = Field(description="What is wrong, in a sentence for a person.")
    code: str = Field(description="The rule's id, or the code of the error.")
    param: str = Field(description="The field it is about; empty if it is about none.")
    measured: str | None = Field(default=None, description="What was found, with its unit.")
    limit: str | None = Field(default=None, description="What is allowed, with its unit.")
    fix: str | None = Field(default=None, description="What to do.")


class PostWarning(Out):
    """What does not keep a post from going out, and is worth knowing."""

    platform: str | None = Field(description="The network it is about; null if it is about all.")
    warning: str = Field(description="What to know, in a sentence for a person.")


class PostVerdict(Out):
    """Whether a post could go out like this."""

    model_config = ConfigDict(
        json_schema_extra=example(
            valid=False,
            message="2 things keep it from going out.",
            errors=[
                {
                    "platform": "tiktok",
                    "error": "The consent that the content was previewed is missing.",
                    "code": "tiktok.consent",
                    "param": "tiktokSettings.contentPreviewConfirmed",
                }
            ],
            warnings=[{"platform": None, "warning": "crosspost is not known and was ignored."}],
        )
    )

    valid: bool = Field(description="Whether `POST /v1/posts` would take it now.")
    message: str = Field(description="The same for a person.")
    errors: list[PostError] = Field(description="What keeps it from going out; empty if nothing.")
    warnings: list[PostWarning] = Field(description="What else to know; empty if nothing.")
