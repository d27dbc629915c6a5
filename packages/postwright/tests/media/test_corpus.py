"""What people have, and what Postwright says of it: which file, which rule."""

import pytest

from postwright.media.errors import MediaUnreadable
from postwright.media.probe import probe
from postwright.platforms.tiktok.rules import check_files
from postwright.platforms.tiktok.settings import CreatorLimits

from .conftest import Corpus
from .corpus import NAMES

pytestmark = pytest.mark.slow

LIMITS = CreatorLimits(privacy_options=("PUBLIC_TO_EVERYONE",), max_duration_s=600)
READABLE = [name for name, specimen in NAMES.items() if not specimen.why]
UNREADABLE = [name for name, specimen in NAMES.items() if specimen.why]


@pytest.mark.parametrize("name", READABLE)
async def test_every_kind_of_file_gets_the_findings_it_deserves(corpus: Corpus, name: str) -> None:
    path = corpus(name)

    findings = check_files([(name, await probe(path))], LIMITS)

    assert tuple((finding.kind, finding.rule) for finding in findings) == NAMES[name].says
    assert {finding.file for finding in findings} <= {name}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_cannot_be_used_is_refused_with_the_reason(corpus: Corpus, name: str) -> None:
    path = corpus(name)

    with pytest.raises(MediaUnreadable) as caught:
        await probe(path)

    assert NAMES[name].why in caught.value.why
    assert name in caught.value.what
