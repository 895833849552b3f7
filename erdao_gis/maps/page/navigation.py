"""Links between the pages of an atlas: names of files beside the page, and nothing else."""

import re
from collections.abc import Iterable

from erdao_gis.errors import UnsafeInputError
from erdao_gis.maps.page.page_content import PageLink

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def file_of(key: str) -> str:
    """Return the file name of a page.

    Raises
    ------
    UnsafeInputError
        The key has other than small letters, digits, ``_`` and ``-``.

    Examples
    --------
    >>> file_of("green_ratio")
    'green_ratio.html'
    """
    if not _KEY.fullmatch(key):
        raise UnsafeInputError("map_page_key", {"key": key})
    return f"{key}.html"


def page_links(links: Iterable[PageLink], current: str) -> str:
    """Return the navigation of a page; the page's script writes the titles.

    Parameters
    ----------
    links
        Pages in order.
    current
        Key of the page itself.

    Raises
    ------
    UnsafeInputError
        A key is no plain name.

    Examples
    --------
    >>> page_links((), "plan")
    ''
    """
    rows = []
    for link in links:
        here = ' aria-current="page"' if link.key == current else ""
        rows.append(f'<a class="given" href="{file_of(link.key)}"{here}></a>')
    if not rows:
        return ""
    return '<nav class="pages" id="pages" data-word-label="pages">' + "\n".join(rows) + "</nav>"
