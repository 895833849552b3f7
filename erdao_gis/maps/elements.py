"""Elements of ours for folium's figure: they add text to a page without any template."""

from branca.element import Element, Figure
from jinja2 import Template

from erdao_gis.maps.safe_json import json_line, json_script

__all__ = ["DataBlock", "Sheet", "Verbatim"]


class Verbatim(Element):
    """Text that stands in the page exactly as given: no template reads it.

    Parameters
    ----------
    name
        Fixed name; two builds give the same page.
    text
        HTML of ours, or data that `json_script` or `html.escape` has made safe.

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

    def __init__(self, identifier: str, items: list[object]) -> None:
        super().__init__(identifier, json_script(identifier, [json_line(item) for item in items]))


class Sheet(Figure):
    """A whole page: language, head, body, then folium's script and ours.

    Parameters
    ----------
    language
        ``zh`` or ``en``: the language in which the page opens.
    """

    # Static: every part arrives as text that was rendered elsewhere.
    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.html_lang }}">\n<head>\n'
        "{% for part in this.header._children.values() %}{{ part.render() }}\n{% endfor %}"
        "</head>\n<body>\n"
        "{% for part in this.html._children.values() %}{{ part.render() }}\n{% endfor %}"
        "<script>{{ this.map_script() }}</script>\n"
        "{% for part in this.closing %}{{ part }}\n{% endfor %}"
        "</body>\n</html>\n"
    )

    def __init__(self, language: str) -> None:
        super().__init__(height="760px")
        self._id = "sheet"
        self.html_lang = "zh-CN" if language == "zh" else "en"
        self.header._children.clear()  # noqa: SLF001 - branca's own meta tag names no charset first
        self.closing: list[str] = []

    def map_script(self) -> str:
        """Return the script that folium's elements wrote."""
        return str(self.script.render()).strip()
