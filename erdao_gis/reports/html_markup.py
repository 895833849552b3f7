"""Elements of a page: all text escaped, no script, no style attribute."""

from collections.abc import Iterable, Mapping, Sequence

from erdao_gis.markup.escaping import safe_text

_VOID = frozenset({"meta", "br", "hr"})


def tag(name: str, attributes: Mapping[str, object] | None = None, *content: str) -> str:
    """Return one element; ``content`` is markup already, attributes are escaped here.

    >>> tag("p", {"class": "note", "id": None}, safe_text("1 < 2"))
    '<p class="note">1 &#60; 2</p>'
    """
    shown = "".join(
        f' {key}="{safe_text(value)}"'
        for key, value in (attributes or {}).items()
        if value is not None
    )
    if name in _VOID:
        return f"<{name}{shown}>"
    return f"<{name}{shown}>{''.join(content)}</{name}>"


def cells(values: Iterable[tuple[str, str, str]]) -> str:
    """Return the cells of a row from heading, class and text; narrow screens show the heading."""
    return "".join(
        tag("td", {"class": look or None, "data-label": heading}, safe_text(value))
        for heading, look, value in values
    )


def page(head: Sequence[str], body: Sequence[str], language: str) -> str:
    """Return a whole page."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{"zh-CN" if language == "zh" else "en"}">',
            tag("head", None, "\n", "\n".join(head), "\n"),
            tag("body", None, "\n", "\n".join(body), "\n"),
            "</html>",
            "",
        ]
    )
