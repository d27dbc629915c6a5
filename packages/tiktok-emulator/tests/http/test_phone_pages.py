"""What people see: profiles, posts, the video itself."""

from .conftest import Caller


async def test_the_home_page_lists_creators_with_their_posts(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    await caller.post(video)
    page = (await caller.http.get("/")).text
    assert "@private.pia" in page
    assert "1 post<" in page


async def test_a_profile_shows_posts_and_what_is_on_its_way(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    await caller.post(video, title="Bread & <butter>")
    await caller.post(b"no video", title="This one fails")
    page = (await caller.http.get("/@demo")).text
    assert "Bread &amp; &lt;butter&gt;" in page
    assert "file_format_check_failed" in page
    assert "http-equiv" not in page
    await caller.control("outcomes", outcome="stuck")
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    page = (await caller.http.get("/@demo")).text
    assert 'http-equiv="refresh"' in page


async def test_a_post_has_a_page_of_facts(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    await caller.post(video, title="Hello", is_aigc=True, privacy_level="SELF_ONLY")
    [post] = (await caller.state())["posts"]
    page = (await caller.http.get(post["url"])).text
    for fact in (post["post_id"], post["sha256"], "Only you", "AI-generated", "not public"):
        assert fact in page
    assert f'src="/media/{post["post_id"]}' in page


async def test_the_video_is_served_whole_and_in_ranges(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    await caller.post(video)
    [post] = (await caller.state())["posts"]
    path = f"/media/{post['post_id']}"
    whole = await caller.http.get(path)
    assert (whole.content, whole.headers["content-type"]) == (video, "video/mp4")
    part = await caller.http.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, video[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(video)}"


async def test_what_is_not_there_is_404(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    await caller.post(video)
    [post] = (await caller.state())["posts"]
    for path in (
        "/@nobody",
        "/@demo/video/1",
        "/@demo/video/x",
        f"/@private.pia/video/{post['post_id']}",
        "/media/1",
        "/media/x",
        "/avatar/nobody.svg",
        "/@demo/else",
    ):
        assert (await caller.http.get(path)).status_code == 404, path
