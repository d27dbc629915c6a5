"""Orders for faults, switches, seeds."""

import pytest
from pydantic import ValidationError

from tiktok_emulator import AppSeed, CreatorSeed, Seed, SeedInvalid, Settings
from tiktok_emulator.faults import Call, Fault, FaultKind, Faults
from tiktok_emulator.operations import Operation
from tiktok_emulator.seeds import new_app, new_creator, problems
from tiktok_emulator.settings import changed


def _take(faults: Faults, operation: Operation = Operation.STATUS) -> Fault | None:
    return faults.take(Call(operation, "ann"))


def test_faults_are_used_up_first_in_first_out_for_each_operation() -> None:
    faults = Faults()
    first = Fault(Operation.STATUS, FaultKind.ERROR)
    other = Fault(Operation.INIT, FaultKind.ERROR)
    second = Fault(Operation.STATUS, FaultKind.DROP_AFTER, count=2)
    faults.waiting.extend([first, other, second])
    assert [_take(faults) for _ in range(4)] == [first, second, second, None]
    assert _take(faults, Operation.INIT) is other


def test_a_skipping_fault_lets_calls_through_first() -> None:
    faults = Faults()
    fault = Fault(Operation.STATUS, FaultKind.ERROR, skip=2)
    faults.waiting.append(fault)
    assert [_take(faults) for _ in range(4)] == [None, None, fault, None]


def test_a_fault_without_a_count_hits_every_call() -> None:
    faults = Faults()
    faults.waiting.append(Fault(Operation.STATUS, FaultKind.ERROR, count=None))
    assert all(_take(faults) for _ in range(10))


def test_a_fault_can_be_for_one_creator_and_for_last_chunks() -> None:
    faults = Faults()
    faults.waiting.append(
        Fault(Operation.UPLOAD, FaultKind.DROP_AFTER, creator="ann", last_chunk=True)
    )
    assert faults.take(Call(Operation.UPLOAD, "bob", last_chunk=True)) is None
    assert faults.take(Call(Operation.UPLOAD, "ann", last_chunk=False)) is None
    assert faults.take(Call(Operation.UPLOAD, "ann", last_chunk=None)) is None
    assert faults.take(Call(Operation.UPLOAD, "ann", last_chunk=True))


def test_settings_are_changed_by_name_and_groups_are_merged() -> None:
    settings = changed(Settings(), {"upload_url_s": 10, "rate_limits": {"init": 600}})
    assert settings.upload_url_s == 10
    assert (settings.rate_limits.init, settings.rate_limits.status) == (600, 30)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"upload_url": 1}, "upload_url"),
        ({"rate_limits": {"inits": 1}}, "rate_limits.inits"),
        ({"oauth_error_status": 500}, "oauth_error_status"),
        ({"processing": {"mode": "later"}}, "processing.mode"),
        ({"rate_limits": 5}, "rate_limits"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, object], name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        changed(Settings(), changes)
    assert problems(caught.value).startswith(f"{name}: ")


def test_seeding_again_keeps_what_is_not_given() -> None:
    app = new_app(None, AppSeed(client_key="k", client_secret="s", audited=True))
    assert new_app(app, AppSeed(client_key="k", sandbox=True)).audited
    creator = new_creator(None, CreatorSeed(username="@ann", private=True))
    assert (creator.username, creator.nickname) == ("ann", "ann")
    changed_creator = new_creator(creator, CreatorSeed(username="ann", banned=True))
    assert (changed_creator.private, changed_creator.banned) == (True, True)


def test_a_new_app_needs_a_secret_and_addresses_that_could_be_registered() -> None:
    with pytest.raises(SeedInvalid, match="client_secret"):
        new_app(None, AppSeed(client_key="k"))
    with pytest.raises(SeedInvalid, match="port"):
        new_app(
            None,
            AppSeed(client_key="k", client_secret="s", redirect_uris=["http://localhost/cb"]),
        )


@pytest.mark.parametrize(
    "seed",
    [
        {"apps": [{"client_key": "k", "scopes": ["video.everything"]}]},
        {"apps": [{"client_key": "k", "redirect_uris": ["http://localhost:1/"] * 11}]},
        {"creators": [{"username": "a b"}]},
        {"creators": [{"username": "ann", "colour": "red"}]},
    ],
)
def test_seeds_that_make_no_sense_are_refused(seed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Seed.model_validate(seed)


def test_secrets_are_not_printed() -> None:
    seed = AppSeed(client_key="k", client_secret="very-secret")
    assert "very-secret" not in repr(seed)
    assert "very-secret" not in repr(new_app(None, seed))
