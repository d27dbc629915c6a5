"""How TikTok finds out that a URL prefix is ours, before it fetches anything from there.

Under the prefix lies a file `tiktok<32 characters>.txt` that holds
`tiktok-developers-site-verification=` and the same 32 characters.
"""

import re

_SIGNATURE = re.compile(
    r"(?:tiktok(?:-developers-site-verification=)?)?([A-Za-z0-9]{32})(?:\.txt)?"
)


def verification_files(given: str) -> dict[str, str]:
    """Texts by file name, from names, texts or the 32 characters of such files.

    Args:
        given: any number of them, with commas or blanks in between.

    Raises:
        ValueError: one of them is no such thing.
    """
    files = dict[str, str]()
    for word in given.replace(",", " ").split():
        found = _SIGNATURE.fullmatch(word)
        if found is None:
            message = f"{word!r} is no verification file of TikTok's, nor what is in one"
            raise ValueError(message)
        files[f"tiktok{found[1]}.txt"] = f"tiktok-developers-site-verification={found[1]}"
    return files
