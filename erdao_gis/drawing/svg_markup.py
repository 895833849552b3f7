"""Words and numbers as SVG: everything escaped, decimals fixed, no reference to the outside.

Only presentation attributes are written, no ``style``: a drawing stands inline in a page with a
strict content security policy.
"""

import math
import re
from collections.abc import Iterable, Mapping

from erdao_gis.errors import SchemaError
from erdao_gis.markup.escaping import safe_text

SANS = (
    "PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Source Han Sans SC,"
    "Segoe UI,Liberation Sans,sans-serif"
)
SERIF = "Songti SC,STSong,Noto Serif CJK SC,Source Han Serif SC,SimSun,serif"
PAPER = "#FDFBF5"
INK = "#2B2723"
QUIET = "#665F55"
RULE = "#D9D1C1"
ACCENT = "#97201A"

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def number(value: float, decimals: int = 1) -> str:
    """Return a number with at most ``decimals`` decimals, no trailing zeros and no ``-0``.

    Examples
    --------
    >>> number(3.04), number(-0.04), number(12), number(0.25, 2)
    ('3', '0', '12', '0.25')
    """
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, attributes: Mapping[str, object], *content: str) -> str:
    """Return one element; ``content`` is markup already, attributes are escaped here.

    Attributes that are None or empty are left out.

    Examples
    --------
    >>> element("path", {"d": "M0 0", "fill": None, "stroke-width": 1.25})
    '<path d="M0 0" stroke-width="1.25"/>'
    """
    shown = "".join(
        f' {key}="{number(value, 2) if isinstance(value, float) else safe_text(value)}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    inner = "".join(content)
    return f"<{name}{shown}>{inner}</{name}>" if inner else f"<{name}{shown}/>"


def text_line(
    text: str, at: tuple[float, float], size: float, attributes: Mapping[str, object] | None = None
) -> str:
    """Return one line of text with its baseline at ``at``; bidirectional text keeps to itself.

    Examples
    --------
    >>> text_line("核", (1, 2), 12)
    '<text x="1" y="2" font-size="12" unicode-bidi="isolate">核</text>'
    """
    place: dict[str, object] = {"x": number(at[0]), "y": number(at[1]), "font-size": number(size)}
    place["unicode-bidi"] = "isolate"
    return element("text", place | dict(attributes or {}), safe_text(text))


def require_key(key: str) -> str:
    """Return ``key`` if it can lead ids in a page, else raise.

    Raises
    ------
    SchemaError
        The key does not begin with a Latin letter or has other than letters, digits, - and _.
    """
    if not _KEY.fullmatch(key):
        raise SchemaError("drawing_key", {"key": key})
    return key


def open_svg(
    key: str,
    size: tuple[float, float, str],
    spoken: tuple[str, str],
    parts: Iterable[str],
    *,
    language: str,
) -> str:
    """Return a whole drawing as one accessible image.

    Parameters
    ----------
    key
        Leads every id.
    size
        Width and height in pixels, and the unit (``px`` or ``mm``) the file states.
    spoken
        Title and description, read out by assistive programs.
    parts
        Markup.
    language
        Language of the words, ``zh`` or ``en``.
    """
    width, height, unit = size
    per_unit = 96 / 25.4 if unit == "mm" else 1.0
    suffix = "mm" if unit == "mm" else ""
    head: dict[str, object] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": number(width / per_unit, 2) + suffix,
        "height": number(height / per_unit, 2) + suffix,
        "viewBox": f"0 0 {number(width, 2)} {number(height, 2)}",
        "role": "img",
        "aria-labelledby": f"{key}-title {key}-desc" if spoken[1] else f"{key}-title",
        "xml:lang": "zh-CN" if language == "zh" else "en",
        "lang": "zh-CN" if language == "zh" else "en",
        "font-family": SANS,
    }
    title = element("title", {"id": f"{key}-title"}, safe_text(spoken[0]) or " ")
    about = element("desc", {"id": f"{key}-desc"}, safe_text(spoken[1])) if spoken[1] else ""
    return element("svg", head, title, about, *parts) + "\n"


def finite(value: object) -> float | None:
    """Return a number, or None where there is none: missing, NaN and infinite are no data."""
    try:
        plain = float(value)  # type: ignore[arg-type]  # anything a cell may hold
    except (TypeError, ValueError):
        return None
    return plain if math.isfinite(plain) else None
