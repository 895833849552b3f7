"""Elements of ours for folium's figure: they add text to a page without any template."""

from collections.abc import Iterable, Mapping

from branca.element import Element, Figure

from erdao_gis.errors import Language
from erdao_gis.maps.page.page_content import PageContent
from erdao_gis.maps.page.safe_json import json_line, json_script
from erdao_gis.markup.escaping import safe_text
from erdao_gis.markup.pages import page_text


class Verbatim(Element):
    """Text that stands in the page exactly as given: no template reads it.

    Parameters
    ----------
    name
        Fixed name; two builds give the same page.
    text
        HTML of ours, or data that `json_script` or `safe_text` has made safe.

    Examples
    --------
    >>> Verbatim("note", "{{ 7 * 7 }}").render()
    '{{ 7 * 7 }}'
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self._name = name
        self._id = "static"
        self.text = text

    def render(self, **kwargs: object) -> str:  # noqa: ARG002 - branca's signature
        """Return the text."""
        return self.text


class DataBlock(Verbatim):
    """Data of a page in an inert block, one element a line.

    Parameters
    ----------
    identifier
        Element id of the block; ours, never from data.
    items
        Values as JSON can carry them.
    """

    def __init__(self, identifier: str, items: Iterable[object]) -> None:
        super().__init__(identifier, "")
        self.identifier = identifier
        self.fill(items)

    def fill(self, items: Iterable[object]) -> None:
        """Put other data in place of the present."""
        self.text = json_script(self.identifier, [json_line(item) for item in items])


class Sheet(Figure):
    """A whole page: language, head, body, then folium's script and ours.

    Parameters
    ----------
    content
        What the page shows.
    language
        ``zh`` or ``en``: the language in which the page opens.
    """

    def __init__(self, content: PageContent, language: Language) -> None:
        super().__init__(height="760px")
        self._id = "sheet"
        self.content = content
        self.language = language
        self.blocks: dict[str, DataBlock] = {}
        self.header._children.clear()  # noqa: SLF001 - branca's own meta tag names no charset first
        self.closing: list[str] = []

    def show(self, content: PageContent, blocks: Mapping[str, Iterable[object]]) -> None:
        """Show other content, given as the data blocks that stand for it."""
        self.content = content
        for identifier, items in blocks.items():
            self.blocks[identifier].fill(items)

    def render(self, **kwargs: object) -> str:
        """Return the whole page, once folium's elements have put their parts into it."""
        for child in self._children.values():
            child.render(**kwargs)
        head = [*_rendered(self.header), *self.user_code()]
        script = f"<script>{self.map_script()}</script>"
        return page_text(head, [*_rendered(self.html), script, *self.closing], self.language)

    def map_script(self) -> str:
        """Return the script that folium's elements wrote."""
        return str(self.script.render()).strip()

    def user_code(self) -> list[str]:
        """Name the kinds of elements that the user added, for the page to say so; else nothing."""
        kinds = ", ".join(sorted({type(each).__name__ for each in _foreign(self)}))
        return [f'<meta name="erdao-user-code" content="{safe_text(kinds)}">'] if kinds else []


def _rendered(part: Element) -> list[str]:
    return [child.render() for child in part._children.values()]  # noqa: SLF001 - branca has no other way to list them


def _foreign(parent: Element) -> Iterable[Element]:
    """Yield elements below the sheet and its map that are not ours."""
    for child in parent._children.values():  # noqa: SLF001 - branca has no other way to list them
        if child.get_name() == "map_plan":
            yield from _foreign(child)
        elif not isinstance(child, Verbatim):
            yield child
