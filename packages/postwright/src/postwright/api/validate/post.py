"""`/v1/tools/validate/post`: what `POST /v1/posts` would say, with nothing stored."""

from collections.abc import Sequence
from dataclasses import replace

from postwright.api.caller import Caller, Reader
from postwright.api.parts import Parts, PartsOf
from postwright.api.posts.checked import Examined, content_of, examine
from postwright.api.posts.wish import Wish, wished
from postwright.api.routing import routes
from postwright.api.wire.base import warnings_of
from postwright.api.wire.posts import PostNew
from postwright.api.wire.validate import PostError, PostVerdict, PostWarning
from postwright.db.database import app_now
from postwright.errors import AppError, BadInput, Conflict, NeedsReconnect, NotFound
from postwright.publishing.repeats import find_repeat
from postwright.publishing.schedule import time_to_come

router = routes("Validate")


@router.post(
    "/tools/validate/post", summary="Look at a post before it is made", operation_id="validate_post"
)
async def validate_post(wanted: PostNew, caller: Reader, parts: PartsOf) -> PostVerdict:
    """Say everything that would keep a post from going out. Nothing is stored.

    It is looked at as one that goes out, now or at its time, unless it says `isDraft`. TikTok is
    asked what it allows its creators, unless it has said so in the last five minutes. Files at
    addresses of others are not fetched: `POST /v1/tools/validate/media` looks into these.
    """
    ignored = [PostWarning(platform=None, warning=each) for each in warnings_of(wanted)]
    try:
        examined = await _examined(parts, caller, wanted)
    except (BadInput, NotFound, Conflict, NeedsReconnect) as error:
        return _verdict([_refused(error)], ignored)
    errors = [
        PostError(
            platform=target.connection.platform,
            error=finding.message,
            code=finding.rule,
            param=finding.param,
            measured=finding.measured,
            limit=finding.limit,
            fix=finding.fix,
        )
        for target in examined.targets
        for finding in target.findings
        if finding.kind != "advice"
    ]
    if not examined.targets and not examined.wish.is_draft:
        errors.append(
            PostError(
                platform=None,
                error="The post goes to no account.",
                code="invalid_request",
                param="platforms",
                fix="Name one, or make it a draft.",
            )
        )
    errors += await _repeats(parts, caller, examined)
    told = [PostWarning(platform=None, warning=each) for each in examined.warnings]
    return _verdict(errors, [*ignored, *told])


async def _examined(parts: Parts, caller: Caller, wanted: PostNew) -> Examined:
    wish = wished(wanted)
    if wanted.is_draft is not True:
        wish = replace(wish, is_draft=False)
    await _look_at_times(parts, wish)
    return await examine(parts, caller, wish)


async def _repeats(parts: Parts, caller: Caller, examined: Examined) -> list[PostError]:
    """The accounts that get the same within a day already."""
    wish, found = examined.wish, list[PostError]()
    if wish.allows_repeat or wish.is_draft:
        return found
    async with parts.database.transaction() as session:
        for target in examined.targets:
            account_id, at = target.connection.id, target.wished.at or wish.at
            error = await find_repeat(
                session, caller.workspace_id, account_id, content_of(target, caller), at=at
            )
            if error is not None:
                error.param = f"platforms[{target.place}]"
                found.append(_refused(error))
    return found


async def _look_at_times(parts: Parts, wish: Wish) -> None:
    async with parts.database.transaction() as session:
        now = await app_now(session)
    named = [("scheduledFor", wish.at)]
    named += [(f"platforms[{n}].scheduledFor", each.at) for n, each in enumerate(wish.targets)]
    for param, at in named:
        try:
            time_to_come(at, now)
        except BadInput as error:
            error.param = param
            raise


def _refused(error: AppError) -> PostError:
    return PostError(
        platform=None,
        error=error.what,
        code=error.code,
        param=error.param,
        fix=error.fix or None,
    )


def _verdict(errors: Sequence[PostError], warnings: Sequence[PostWarning]) -> PostVerdict:
    count = len(errors)
    message = "Nothing keeps it from going out."
    if count:
        things = "One thing keeps" if count == 1 else f"{count} things keep"
        message = f"{things} it from going out."
    return PostVerdict(
        valid=not errors, message=message, errors=list(errors), warnings=list(warnings)
    )
