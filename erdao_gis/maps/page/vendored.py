"""Static scripts, styles and markup of the pages."""

import functools
import re
from importlib import resources

PAGE_SCRIPTS = (
    "sheet/text.js",
    "sheet/symbols.js",
    "sheet/draw.js",
    "sheet/labels.js",
    "sheet/details.js",
    "sheet/legend.js",
    "sheet/sheet.js",
)
"""Our scripts in the order in which they run, after Leaflet."""

PANELS = {
    "balance": ("sheet/balance_data.js", "sheet/balance_tables.js", "sheet/balance.js"),
}
"""Scripts of the panels by their names; each panel has a style sheet of its name too."""

_PAGE_STYLES = ("leaflet/leaflet.css", "sheet/sheet.css")

# Pictures of controls that we do not use, a relic of Internet Explorer, and a debugging aid:
# each would name an address beside the file.
_OUTSIDE_PICTURE = re.compile(r"url\(images/[^)]*\)|url\(#default#VML\)")
# Leaflet's link to its own site, in an attribution that our pages do not show.
_OWN_LINK = 'href="https://leafletjs.com" '
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def page_scripts(panel: str = "") -> tuple[str, ...]:
    """Return our scripts for a page with or without a panel; the last one starts the page.

    Examples
    --------
    >>> page_scripts("balance")[-2:]
    ('sheet/balance.js', 'sheet/sheet.js')
    """
    return (*PAGE_SCRIPTS[:-1], *PANELS.get(panel, ()), PAGE_SCRIPTS[-1])


def page_styles(panel: str = "") -> tuple[str, ...]:
    """Return the style sheets of a page with or without a panel.

    Examples
    --------
    >>> page_styles()[-1]
    'sheet/sheet.css'
    """
    return (*_PAGE_STYLES, f"sheet/{panel}.css") if panel else _PAGE_STYLES


@functools.cache
def static_text(name: str) -> str:
    """Return one of our files or a vendored one, with every address of a picture removed.

    Parameters
    ----------
    name
        Path inside ``erdao_gis/maps/assets``.

    Examples
    --------
    >>> "images/" in static_text("leaflet/leaflet.css")
    False
    """
    path = resources.files("erdao_gis.maps") / "assets"
    text = path.joinpath(*name.split("/")).read_text(encoding="utf-8").replace("\r\n", "\n")
    if name.endswith(".css"):
        return _OUTSIDE_PICTURE.sub("none", text)
    return _SOURCE_MAP.sub("", text).replace(_OWN_LINK, "")


def inline_script(name: str) -> str:
    """Return the script ``name`` as an element of the page."""
    return f"<script>{static_text(name)}</script>"
