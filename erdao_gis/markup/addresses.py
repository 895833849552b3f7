"""Proof that a page stays inside its file: no address, no call that could fetch one."""

import re
from html.parser import HTMLParser

from erdao_gis.errors import UnsafeInputError

_LOADING = frozenset(
    (
        "src", "srcset", "srcdoc", "href", "xlink:href", "action", "formaction", "poster",
        "data", "background", "cite", "ping", "manifest", "archive", "codebase", "longdesc",
    )
)  # fmt: skip
# Names that are never fetched: XML namespaces, and the home page in Leaflet's licence and in
# its attribution prefix (pages are made without Leaflet's attribution control).
_NAMES_ONLY = frozenset(("http://www.w3.org/2000/svg", "https://leafletjs.com"))
_ADDRESS = re.compile(
    r"(?:https?|wss?|ftp|file|blob):/*[^\s\"'`)<>]*|(?<=[\"'`])//[\w{][^\s\"'`)<>]*", re.IGNORECASE
)
_CALL = re.compile(
    r"\b(?:fetch|importScripts|XMLHttpRequest|WebSocket|EventSource|sendBeacon|Worker"
    r"|SharedWorker|serviceWorker)\b|\bimport\s*\("
)
# A link to another page of the atlas is only followed when the reader clicks it.
_BESIDE = re.compile(r"[a-z][a-z0-9_-]{0,40}\.html")
_STYLE_URL = re.compile(r"url\(\s*[\"']?(?!data:|#)([^\"')]*)|@import[^;]*", re.IGNORECASE)


class _Addresses(HTMLParser):
    """Collects every place of a page that could make a request."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes, and remember what the coming text is."""
        given = {name: value or "" for name, value in attrs}
        inert = tag == "script" and given.get("type") == "application/json"
        self._inside = "" if inert else tag
        for name, value in given.items():
            linked = tag == "a" and name == "href" and _BESIDE.fullmatch(value)
            if name in _LOADING and not value.startswith(("data:", "#")) and not linked:
                self.found.append((f"<{tag} {name}>", value))
            if name == "style":
                self._look_at_style(value, f"<{tag} style>")
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.found.append(("<meta refresh>", given.get("content", "")))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element; text between elements is only shown."""
        if tag in ("script", "style"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        """Look into scripts and styles."""
        if self._inside == "style":
            self._look_at_style(data, "<style>")
        elif self._inside == "script":
            for match in _ADDRESS.finditer(data):
                if match[0].rstrip(".,;") not in _NAMES_ONLY:
                    self.found.append(("<script>", match[0]))
            self.found.extend(("<script>", match[0]) for match in _CALL.finditer(data))

    def _look_at_style(self, text: str, place: str) -> None:
        self.found.extend((place, match[0]) for match in _STYLE_URL.finditer(text))


def refuse_outside_addresses(page: str) -> None:
    """Raise if the page could reach anything beside its own file.

    Text in inert data blocks is exempt: it is shown as text and never becomes an attribute.

    Parameters
    ----------
    page
        The whole HTML of the page.

    Raises
    ------
    UnsafeInputError
        An attribute, style or script names an address, or a script calls what could load one.

    Examples
    --------
    >>> refuse_outside_addresses('<p>see https://example.org</p><a href="#top">top</a>')
    >>> refuse_outside_addresses('<img src="https://example.org/a.png">')
    Traceback (most recent call last):
    erdao_gis.errors.UnsafeInputError: ...
    """
    parser = _Addresses()
    parser.feed(page)
    parser.close()
    if parser.found:
        place, address = parser.found[0]
        raise UnsafeInputError("map_outside_address", {"address": address[:120], "place": place})
