"""The rows themselves, and the tables and numbers of both sides against them."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

import tools.rules
from tiktok_client import FailReason, PrivacyLevel, PublishState, limits, webhooks
from tiktok_client._operations.events import READERS
from tiktok_client._operations.pace import SLOTS
from tiktok_client.codes import CODES, OAUTH_CODES
from tiktok_client.models.display import BASIC_FIELDS, PROFILE_FIELDS, STATS_FIELDS, VideoField
from tiktok_emulator import CreatorSeed, RateLimits, Settings
from tiktok_emulator.display.fields import USER_FIELDS, VIDEO_FIELDS
from tiktok_emulator.operations import ENDPOINTS
from tiktok_emulator.webhooks.envelope import EVENTS
from tools.coverage import QUESTIONS, SPEC, Row, measure, read_yaml

Rows = Mapping[str, Row]
KEYS = {
    "endpoint": {"method", "path", "content_type", "scope", "host"},
    "field": {"of", "name", "type", "required", "in"},
    "limit": {"unit"},
    "error": {"code", "http_status", "advice"},
    "rule": set[str](),
    "lifetime": {"value", "unit"},
    "header": {"of", "name", "in"},
    "event": {"event", "content"},
}
BASES = {"official", "observed", "assumed"}
PLACES = {"request", "response", "query", "form", "callback"}
ADVICE = {"RETRY", "RETRY_LATER", "REAUTHORISE", "FIX_INPUT", "GIVE_UP", "ASK_STATUS"}


def test_each_row_says_what_it_is_and_where_it_comes_from(rows: Rows) -> None:
    for row in rows.values():
        common = {"id", "kind", "says", "source", "date", "basis"}
        assert common | KEYS[row["kind"]] <= set(row), row["id"]
        assert row["basis"] in BASES, row["id"]
        assert isinstance(row["date"], dt.date | int), row["id"]
        assert isinstance(row["says"], str), row["id"]
        assert row["says"].endswith("."), row["id"]


def test_each_kind_of_row_is_complete(rows: Rows) -> None:
    for row in rows.values():
        match row["kind"]:
            case "limit":
                assert "value" in row or "max" in row, row["id"]
            case "error":
                assert row["advice"] in ADVICE, row["id"]
            case "field" | "header":
                assert row["of"] in rows, row["id"]
                assert rows[row["of"]]["kind"] == "endpoint", row["id"]
                assert row["in"] in PLACES, row["id"]
            case _:
                pass
        if "refusal" in row:
            assert set(row["refusal"]) <= {"http_status", "code", "message", "error"}, row["id"]


def test_each_family_has_its_file_and_ids_are_unique() -> None:
    homes = {"envelope": "errors", "error": "errors", "path": "errors", "webhook": "webhooks"}
    seen: set[str] = set()
    for path in set(SPEC.glob("*.yaml")) - {QUESTIONS}:
        for row in read_yaml(path):
            family = row["id"].split(".")[0]
            assert homes.get(family, family) == Path(path).stem
            assert row["id"] not in seen
            seen.add(row["id"])


def test_the_clients_code_table_is_the_specs(rows: Rows) -> None:
    told = {row["code"]: row for name, row in rows.items() if name.startswith("error.")}
    assert set(told) == set(CODES)
    for code, row in told.items():
        assert row["id"] == f"error.{code}"
        assert CODES[code].advice == row["advice"], code


def test_the_clients_oauth_table_is_the_specs(rows: Rows) -> None:
    told = {row["code"]: row for name, row in rows.items() if name.startswith("oauth.error.")}
    assert {code: row["advice"] for code, row in told.items()} == dict(OAUTH_CODES)


def test_the_clients_fail_reasons_are_the_specs(rows: Rows) -> None:
    told = {row["code"]: row for name, row in rows.items() if name.startswith("status.fail.")}
    assert set(told) == {reason.value for reason in FailReason} - {"unknown"}
    for code, row in told.items():
        assert FailReason(code).advice == row["advice"], code


def test_the_clients_enums_are_the_specs(rows: Rows) -> None:
    states = {state.value for state in PublishState} - {"UNKNOWN"}
    assert states == set(rows["status.fetch.status-values"]["values"])
    levels = {level.value for level in PrivacyLevel}
    assert levels == set(rows["posting.init.privacy-level"]["values"])


# 7.1 to 7.40 and 8.1 to 8.14; the first list has one pair.
NUMBERS = {f"7.{n}" for n in range(1, 41)} | {"7.6b"} | {f"8.{n}" for n in range(1, 15)}


def test_every_question_is_settled_by_a_row(rows: Rows) -> None:
    questions = read_yaml(QUESTIONS)
    assert {each["id"] for each in questions} == NUMBERS
    assert len(questions) == len(NUMBERS)
    for each in questions:
        assert set(each) == {"id", "question", "answer"}
        assert each["question"].endswith("?"), each["id"]
        assert each["answer"].endswith("."), each["id"]
    settled = {number for row in rows.values() for number in row.get("settles", [])}
    assert settled == NUMBERS


def test_the_emulator_has_the_endpoints_of_the_spec_and_no_others(rows: Rows) -> None:
    told = {(row["method"], row["path"]) for row in rows.values() if row["kind"] == "endpoint"}
    assert {(each.method, each.path) for each in ENDPOINTS} == told


def test_the_emulator_knows_the_fields_and_scopes_of_a_person_as_the_spec(rows: Rows) -> None:
    opened = [rows[f"display.user-info.{name}-fields"] for name in ("basic", "profile", "stats")]
    assert {name: row["scope"] for row in opened for name in row["fields"]} == USER_FIELDS


def test_both_sides_know_the_events_of_the_spec(rows: Rows) -> None:
    told = {row["event"]: row["content"] for row in rows.values() if row["kind"] == "event"}
    assert {name: list(content) for name, content in EVENTS.items()} == told
    assert {f"webhook.event.{name}" for name in told} <= set(rows)
    # One note has another spelling of a name; the client takes both.
    assert set(READERS) - {"post.publish.completed"} == set(told)
    reasons = rows["webhook.removed-reasons"]["values"]
    assert {reason.value for reason in webhooks.RemovedReason} == set(reasons)


def test_the_emulator_ships_the_rows_as_they_are() -> None:
    assert tools.rules.FILE.read_text(encoding="utf-8") == tools.rules.content(), "run: make docs"


CLIENT_NUMBERS = [
    ("posting.init.chunk-range", "min", limits.MIN_CHUNK_BYTES),
    ("posting.init.chunk-range", "max", limits.MAX_CHUNK_BYTES),
    ("posting.init.max-chunks", "max", limits.MAX_CHUNKS),
    ("posting.init.size-limit", "value", limits.MAX_VIDEO_BYTES),
    ("posting.init.title-length", "value", limits.MAX_TITLE_UNITS),
    ("posting.init.upload-url-lifetime", "value", limits.UPLOAD_URL_LIFETIME.total_seconds()),
    ("upload.put.last-chunk-size", "max", limits.MAX_LAST_CHUNK_BYTES),
    ("upload.put.content-type", "values", list(limits.UPLOAD_CONTENT_TYPES)),
    ("oauth.pkce.verifier-length", "min", limits.MIN_VERIFIER_CHARS),
    ("oauth.pkce.verifier-length", "max", limits.MAX_VERIFIER_CHARS),
    ("media.video.formats", "values", list(limits.VIDEO_FORMATS)),
    ("media.video.codecs", "values", list(limits.VIDEO_CODECS)),
    ("media.video.fps", "min", limits.MIN_FRAMES_PER_SECOND),
    ("media.video.fps", "max", limits.MAX_FRAMES_PER_SECOND),
    ("media.video.sides", "min", limits.MIN_SIDE_PIXELS),
    ("media.video.sides", "max", limits.MAX_SIDE_PIXELS),
    ("media.video.size", "value", limits.MAX_VIDEO_BYTES),
    ("limits.init-per-minute", "value", limits.INITS_PER_WINDOW),
    ("limits.creator-info-per-minute", "value", limits.CREATOR_INFOS_PER_WINDOW),
    ("limits.status-per-minute", "value", limits.STATUSES_PER_WINDOW),
    ("limits.window", "value", limits.RATE_WINDOW.total_seconds()),
    ("limits.daily-posts", "value", limits.TYPICAL_DAILY_POSTS),
    ("limits.unaudited-users", "value", limits.UNAUDITED_USERS_PER_DAY),
    ("limits.inbox-init-per-minute", "value", SLOTS["inbox.video.init"]),
    ("limits.photo-init-per-minute", "value", SLOTS["photo.init"]),
    ("limits.display-per-minute", "value", SLOTS["video_list"]),
    ("limits.pending-shares", "value", limits.PENDING_SHARES),
    ("photo.init.title-length", "value", limits.MAX_PHOTO_TITLE_UNITS),
    ("photo.init.description-length", "value", limits.MAX_DESCRIPTION_UNITS),
    ("photo.init.photo-count", "max", limits.MAX_PHOTOS),
    ("media.photo.formats", "values", list(limits.PHOTO_FORMATS)),
    ("media.photo.short-side", "max", limits.MAX_PHOTO_SHORT_SIDE_PIXELS),
    ("media.photo.size", "value", limits.MAX_PHOTO_BYTES),
    ("display.video-list.max-count", "max", limits.MAX_VIDEOS_PER_PAGE),
    ("display.video-query.ids-max", "max", limits.MAX_QUERIED_VIDEOS),
    ("display.user-info.basic-fields", "fields", list(BASIC_FIELDS)),
    ("display.user-info.profile-fields", "fields", list(PROFILE_FIELDS)),
    ("display.user-info.stats-fields", "fields", list(STATS_FIELDS)),
    ("display.video", "fields", list(VideoField)),
    ("oauth.redirect.length", "max", limits.MAX_REDIRECT_CHARS),
    ("oauth.redirect.count", "max", limits.MAX_REDIRECTS),
    ("webhook.signature.age", "usual_s", limits.WEBHOOK_AGE.total_seconds()),
    ("webhook.signature.header", "header", webhooks.SIGNATURE_HEADER),
]


@pytest.mark.parametrize(("row", "key", "number"), CLIENT_NUMBERS)
def test_the_clients_numbers_are_the_specs(rows: Rows, row: str, key: str, number: object) -> None:
    assert rows[row][key] == number


EMULATOR_NUMBERS = [
    ("posting.init.chunk-range", "min", Settings().min_chunk_bytes),
    ("posting.init.chunk-range", "max", Settings().max_chunk_bytes),
    ("posting.init.size-limit", "value", Settings().max_video_bytes),
    ("posting.init.upload-url-lifetime", "value", Settings().upload_url_s),
    ("upload.put.last-chunk-size", "max", Settings().max_last_chunk_bytes),
    ("oauth.token.access-lifetime", "value", Settings().access_token_s),
    ("oauth.token.refresh-lifetime", "value", Settings().refresh_token_s),
    ("oauth.token.code-lifetime", "value", Settings().code_lifetime_s),
    ("oauth.token.errors-http-200", "http_status", Settings().oauth_error_status),
    ("limits.init-per-minute", "value", RateLimits().init),
    ("limits.creator-info-per-minute", "value", RateLimits().creator_info),
    ("limits.status-per-minute", "value", RateLimits().status),
    ("limits.window", "value", RateLimits().window_s),
    ("limits.inbox-init-per-minute", "value", RateLimits().inbox_init),
    ("limits.photo-init-per-minute", "value", RateLimits().photo_init),
    ("limits.cancel-per-minute", "value", RateLimits().cancel),
    ("limits.display-per-minute", "value", RateLimits().display),
    ("limits.pending-shares", "value", CreatorSeed(username="maya").pending_share_cap),
    ("limits.daily-posts", "value", CreatorSeed(username="maya").daily_post_cap),
    ("oauth.client-token.lifetime", "value", Settings().client_token_s),
    ("pull.init.timeout", "value", Settings().pull_timeout_s),
    ("display.video.cover-ttl", "lifetime_s", Settings().cover_url_s),
    ("display.video", "fields", list(VIDEO_FIELDS)),
]


@pytest.mark.parametrize(("row", "key", "number"), EMULATOR_NUMBERS)
def test_the_emulators_numbers_are_the_specs(
    rows: Rows, row: str, key: str, number: object
) -> None:
    assert rows[row][key] == number


def test_every_row_has_a_line_in_the_client_a_rule_in_the_emulator_and_a_test() -> None:
    coverage = measure()
    assert sorted(coverage.rows - coverage.client) == []
    assert sorted(coverage.rows - coverage.emulator) == []
    assert sorted(coverage.rows - coverage.tests) == []
    assert coverage.unknown == []
