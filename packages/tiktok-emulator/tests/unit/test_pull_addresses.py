"""Which addresses an app may have media pulled from."""

import pytest

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import App
from tiktok_emulator.pull.address import Address, read_address
from tiktok_emulator.pull.fetch import FetchFailed, find
from tiktok_emulator.pull.ownership import check_ownership
from tiktok_emulator.pull.properties import Property, property_problem, signature, signature_file


def _address(url: str) -> Address:
    address = read_address(url)
    assert address is not None
    return address


def _app(*properties: Property, localhost: bool = False) -> App:
    return App("key", "s", properties=properties, allow_localhost_urls=localhost)


def _rule(app: App, url: str) -> str | None:
    try:
        check_ownership(app, _address(url))
    except PostingRefusal as refusal:
        return refusal.rule
    return None


def test_a_refusal_is_tiktoks() -> None:
    with pytest.raises(PostingRefusal) as caught:
        check_ownership(_app(), _address("https://example.com/a.mp4"))
    assert (caught.value.status, caught.value.code) == (403, "url_ownership_unverified")


DOMAIN = _app(Property("domain", "static.example.com"))
PREFIX = _app(Property("prefix", "https://example.com/videos/user/"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a.mp4",
        "ftp://example.com/a.mp4",
        "https://",
        "https:///a.mp4",
        "https://example.com:x/a.mp4",
        "https://example.com:99999/",
        "https://exämple.com/",
        "https://example.com/a b",
        "https://example.com\\@evil.example/",
        "https://example.com/" + "a" * 2048,
        "https://[::1/",
        5,
        None,
        ["https://example.com/"],
    ],
)
def test_what_is_no_http_address_is_none(url: object) -> None:
    assert read_address(url) is None


def test_an_address_is_taken_apart() -> None:
    address = _address("HTTPS://Media.Example.com/A.mp4?x=1#y")
    assert (address.scheme, address.host, address.port, address.path) == (
        "https",
        "media.example.com",
        443,
        "/A.mp4",
    )


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://static.example.com/a.mp4", None),
        ("https://video.static.example.com/deep/a.mp4?sig=1", None),
        ("https://STATIC.example.com/a.mp4", None),
        ("https://example.com/a.mp4", "pull.init.ownership-domain"),
        ("https://notstatic.example.com/a.mp4", "pull.init.ownership-domain"),
        ("https://xstatic.example.com/a.mp4", "pull.init.ownership-domain"),
        ("https://static.example.com.evil.example/a.mp4", "pull.init.ownership-domain"),
        ("http://static.example.com/a.mp4", "pull.init.https-only"),
        ("https://me@static.example.com/a.mp4", "pull.init.unverified"),
    ],
)
def test_a_domain_covers_its_paths_and_sub_domains_and_nothing_above(
    url: str, rule: str | None
) -> None:
    assert _rule(DOMAIN, url) == rule


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://example.com/videos/user/a.mp4", None),
        ("https://example.com/videos/user/2023/a.mp4", None),
        ("https://example.com/videos/2023/user/a.mp4", "pull.init.ownership-prefix"),
        ("https://example.com/videos/user", "pull.init.ownership-prefix"),
        ("https://example.com/Videos/user/a.mp4", "pull.init.ownership-prefix"),
        ("https://www.example.com/videos/user/a.mp4", "pull.init.ownership-prefix"),
        ("https://example.com:8443/videos/user/a.mp4", "pull.init.ownership-prefix"),
        ("https://example.com/videos/user/../secret/a.mp4", "pull.init.ownership-prefix"),
        ("https://example.com/videos/user/%2e%2e/a.mp4", "pull.init.ownership-prefix"),
        ("https://example.com/videos/user/..%2fa.mp4", "pull.init.ownership-prefix"),
        ("https://example.com/videos/user/..%5ca.mp4", "pull.init.ownership-prefix"),
    ],
)
def test_a_prefix_covers_what_begins_with_it_letter_by_letter(url: str, rule: str | None) -> None:
    assert _rule(PREFIX, url) == rule


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.mp4",
        "https://93.184.216.34/a.mp4",
        "https://[2001:db8::1]/a.mp4",
        "https://2130706433/a.mp4",
        "https://0x7f.1/a.mp4",
        "https://localhost/a.mp4",
        "https://intranet/a.mp4",
    ],
)
def test_a_host_that_is_no_domain_is_refused(url: str) -> None:
    assert _rule(_app(Property("domain", "example.com")), url) == "pull.init.no-ip"


def test_a_property_that_is_not_verified_covers_nothing() -> None:
    app = _app(Property("domain", "example.com", is_verified=False))
    assert _rule(app, "https://example.com/a.mp4") == "pull.init.unverified"
    assert _rule(_app(), "https://example.com/a.mp4") == "pull.init.unverified"


def test_tiktoks_own_sample_needs_no_property() -> None:
    assert _rule(_app(), "https://sf16-va.tiktokcdn.com/obj/eden-va2/sample.mp4") is None
    assert _rule(_app(), "https://x.sf16-va.tiktokcdn.com/a.mp4") == "pull.init.unverified"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/a.mp4", "http://localhost/a", "https://[::1]:9/a"]
)
def test_this_machine_passes_only_where_the_app_may_name_it(url: str) -> None:
    assert _rule(_app(localhost=True), url) is None
    assert _rule(_app(), url) is not None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.evil.example/a", "http://u@127.0.0.1/a", "http://10.0.0.1/a"]
)
def test_this_machine_is_not_whatever_looks_like_it(url: str) -> None:
    assert _rule(_app(localhost=True), url) is not None


@pytest.mark.parametrize(
    ("kind", "value", "is_good"),
    [
        ("domain", "example.com", True),
        ("domain", "a.b.example.co", True),
        ("domain", "Example.com", False),
        ("domain", "com", False),
        ("domain", "127.0.0.1", False),
        ("domain", "https://example.com", False),
        ("domain", "example.com/a", False),
        ("prefix", "https://example.com/", True),
        ("prefix", "https://example.com/a/b/", True),
        ("prefix", "https://example.com/a", False),
        ("prefix", "https://example.com", False),
        ("prefix", "http://example.com/a/", False),
        ("prefix", "https://example.com/a/?x=/", False),
        ("prefix", "https://127.0.0.1/a/", False),
        ("prefix", "https://example.com/a/../", False),
        ("prefix", "example.com/", False),
    ],
)
def test_only_what_tiktok_registers_is_a_property(kind: str, value: str, *, is_good: bool) -> None:
    problem = property_problem("domain" if kind == "domain" else "prefix", value)
    assert (problem is None) == is_good


def test_a_signature_belongs_to_one_app_and_one_property() -> None:
    one = signature("key", "https://example.com/")
    assert len(one) == 32
    assert one == signature("key", "https://example.com/")
    assert len({one, signature("k", "https://example.com/"), signature("key", "example.com")}) == 3
    name, text = signature_file("key", "https://example.com/")
    assert name == f"tiktok{one}.txt"
    assert text == f"tiktok-developers-site-verification={one}"


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "10.0.0.7", "169.254.169.254"])
async def test_what_leads_into_a_private_network_is_not_fetched(host: str) -> None:
    address = read_address(f"https://{host}/latest")
    assert address is not None
    with pytest.raises(FetchFailed, match="private network"):
        await find(address, {})
