"""Elements of a page: all text escaped, no script, no style attribute."""

from collections.abc import Iterable, Mapping

from erdao_gis.markup.escaping import safe_text


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
    return f"<{name}{shown}>{''.join(content)}</{name}>"


def cells(values: Iterable[tuple[str, str, str]]) -> str:
    """Return the cells of a row from heading, class and text; narrow screens show the heading."""
    return "".join(
        tag("td", {"class": look or None, "data-label": heading}, safe_text(value))
        for heading, look, value in values
    )
