import pytest

from tiktok_client import Endpoints


@pytest.mark.parametrize(
    "url",
    [
        "https://open-upload.tiktokapis.com/video/?upload_id=1",
        "https://open-upload-i18n.tiktokapis.com/upload?a=b",
        "https://upload.us.tiktokapis.com/video/",
        "https://upload.us.tiktokapis.com:443/video/",
        "https://OPEN-UPLOAD.TikTokApis.com/upload",
    ],
)
def test_every_upload_host_of_tiktok_is_allowed(url: str) -> None:
    assert Endpoints().allows_upload(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://open-upload.tiktokapis.com/upload",
        "https://tiktokapis.com/upload",
        "https://eviltiktokapis.com/upload",
        "https://open-upload.tiktokapis.com.evil.example/upload",
        "https://evil.example/.tiktokapis.com",
        "https://evil.example\\.tiktokapis.com/",
        "https://user@open-upload.tiktokapis.com/upload",
        "https://open-upload.tiktokapis.com@evil.example/",
        "https://open-upload.tiktokapis.com:8443/upload",
        "https://open-upload.tiktokapis.com:99999/upload",
        "https://[::1/upload",
        "https://a..tiktokapis.com/upload",  # no network takes an empty or a long label
        "https://.tiktokapis.com/upload",
        f"https://{'a' * 64}.tiktokapis.com/upload",
        "https://open-upload.tiktokapis.com/up load",  # nor HTTP what is not visible ASCII
        "https://open-upload.tiktokapis.com/up\nload",
        "https://open-upload.tiktokapis.com/\u00e9",
        "https://open-upload.tiktokapis.com/\ud800",
        "ftp://open-upload.tiktokapis.com/",
        "http://127.0.0.1:8700/upload",
        "/upload",
        "",
    ],
)
def test_no_other_address_gets_a_byte(url: str) -> None:
    assert not Endpoints().allows_upload(url)


def test_a_base_of_ones_own_allows_exactly_itself_besides() -> None:
    here = Endpoints.at("http://127.0.0.1:8700/")
    assert here.allows_upload("http://127.0.0.1:8700/upload?upload_id=1")
    assert here.allows_upload("https://open-upload.tiktokapis.com/upload")
    for url in (
        "http://127.0.0.1:8701/upload",
        "https://127.0.0.1:8700/upload",
        "http://localhost:8700/upload",
        "http://x@127.0.0.1:8700/upload",
    ):
        assert not here.allows_upload(url)


@pytest.mark.parametrize(
    "base", ["127.0.0.1:8700", "ftp://x", "http://", "http://x/path", "http://u@x", "http://x?y"]
)
def test_a_base_that_is_not_an_origin_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        Endpoints.at(base)


def test_without_arguments_it_is_tiktok() -> None:
    assert Endpoints().api == "https://open.tiktokapis.com"
    assert Endpoints().www == "https://www.tiktok.com"
