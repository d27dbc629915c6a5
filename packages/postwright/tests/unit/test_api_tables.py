"""Tables of posts, as spreadsheets, programs and people who mean no good write them."""

import pytest

from postwright.api.errors import InvalidRequest
from postwright.api.posts.table import RowWrong, rows_of

HEAD = b"profiles,post_content,schedule_time\n"
ROW = b"Default,hello,2030-01-01T10:00:00Z\n"


def cells(content: bytes) -> list[list[str]]:
    """What each row says in its columns."""
    rows, _ = rows_of(content)
    return [[row[name] for name in ("profiles", "post_content", "schedule_time")] for row in rows]


PLAIN = [["Default", "hello", "2030-01-01T10:00:00Z"]]


@pytest.mark.parametrize(
    "content",
    [
        HEAD + ROW,
        b"\xef\xbb\xbf" + HEAD + ROW,
        (HEAD + ROW).replace(b"\n", b"\r\n"),
        (HEAD + ROW).replace(b"\n", b"\r"),
        (HEAD + ROW).rstrip(),
        b"\n\n" + HEAD + b"\n\n" + ROW + b"\n",
        b" Profiles , CONTENT ,scheduledFor\n Default , hello , 2030-01-01T10:00:00Z \n",
        b'"profiles","post_content","schedule_time"\n"Default","hello","2030-01-01T10:00:00Z"\n',
        b",profiles,post_content,schedule_time\n0,Default,hello,2030-01-01T10:00:00Z\n",
        HEAD + b"Default,hello,2030-01-01T10:00:00Z,,,\n",
    ],
    ids=["plain", "bom", "crlf", "cr", "no end", "blanks", "aliases", "quotes", "pandas", "commas"],
)
def test_a_table_is_understood_however_it_was_written(content: bytes) -> None:
    assert cells(content) == PLAIN


def test_what_is_in_a_cell_stays_as_it_is() -> None:
    said = '=1+1\n"quoted", and a comma; \u202e😀'
    quoted = '"' + said.replace('"', '""') + '"'
    (row,) = cells(HEAD + f"@SUM,{quoted},-1".encode())
    assert row == ["@SUM", said, "-1"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n" * 1000, "empty"),
        (HEAD + b"Default,a\0b,\n", "NUL"),
        ((HEAD + ROW).decode().encode("utf-16"), "UTF-8"),
        (HEAD + "Default,hé,".encode("latin-1"), "UTF-8"),
        ((HEAD + ROW).replace(b",", b";"), "None of the table's columns"),
        ((HEAD + ROW).replace(b",", b"\t"), "None of the table's columns"),
        (ROW + ROW, "None of the table's columns"),
        (HEAD + b'Default,"hello,2030\n' + ROW * 3, "at line 5"),
        (HEAD + b'Default,"he"llo,2030\n', "at line 2"),
        (HEAD + b"Default," + b"a" * 140_000, "at line 2"),
        (b"profiles,title,title\nDefault,a,b\n", "called title"),
        (b"profiles,post_content,content\nDefault,a,b\n", "called post_content"),
        (HEAD + ROW * 501, "500 rows"),
        (HEAD + b"a\n" * 400_000, "500 rows"),
        (b"," * 400_000, "100 columns"),
        (HEAD.rstrip() + b",a" * 98, "100 columns"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(content: bytes, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        rows_of(content)


def test_of_what_is_wrong_with_a_row_the_first_is_told_and_each_once() -> None:
    assert RowWrong(*["unknown_profile:a"] * 60_000).codes == ["unknown_profile:a"]
    many = RowWrong(*(f"unknown_profile:{'a' * 5000}{n}" for n in range(100)), *map(str, range(99)))
    assert (len(many.codes), max(map(len, many.codes))) == (20, 200)


def test_columns_that_nobody_knows_are_told() -> None:
    _, warnings = rows_of(b"profiles,=cmd()," + b"x" * 9000 + b"\nDefault,a,b\n")
    assert warnings == ["unknown_columns:=cmd()," + "x" * 200]
