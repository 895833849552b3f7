"""Write an atlas: the pages that a place has data for, and their contents."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from erdao_gis.errors import Language
from erdao_gis.files import write_text_atomic
from erdao_gis.maps.atlas_panels import AtlasPanel, atlas_panels
from erdao_gis.maps.atlas_source import AtlasSource, Place, spoken
from erdao_gis.maps.atlas_tables import PageRow, measure_row, page_rows
from erdao_gis.maps.content import PageContent, PageLink, Pair
from erdao_gis.maps.index_page import AtlasCard, MeasureLine, index_html, missing_line, thumbnail
from erdao_gis.maps.measured import missing_inputs, take_measure
from erdao_gis.maps.navigation import file_of
from erdao_gis.maps.page import page_html
from erdao_gis.maps.theme_page import measure_content, theme_content, theme_layers

__all__ = ["write_atlas"]

INDEX = "index"
_Panels = Mapping[str, AtlasPanel]
_OURS = b'<script type="application/json" id="page-sheet">'


def _has_elements(row: PageRow, source: AtlasSource) -> bool:
    return any(len(layer.frame) for layer in theme_layers(row, source))


def _exists(row: PageRow, source: AtlasSource, panels: _Panels) -> bool:
    if row.panel:
        return panels[row.panel].make is not None
    if row.measure:
        return not missing_inputs(row.measure, source)
    return _has_elements(row, source)


def _placed_line(content: PageContent) -> Pair:
    """Return how many elements of a page have a place."""
    frames = [layer.frame for group in content.groups for layer in group.layers]
    total = sum(len(frame) for frame in frames)
    placed = sum(int((frame.geometry.notna() & ~frame.geometry.is_empty).sum()) for frame in frames)
    return spoken("card_placed", {"placed": placed, "unplaced": total - placed})


def _absent(row: PageRow, source: AtlasSource, panels: _Panels) -> AtlasCard:
    """Return the card of a page that does not exist: it says what is missing."""
    said: tuple[Pair, ...] = (spoken("card_empty"),)
    if row.panel:
        said = panels[row.panel].said
    elif row.measure:
        missing = missing_inputs(row.measure, source)
        said = (spoken("missing_inputs"), *map(missing_line, missing))
    return AtlasCard(row=row, title=row.title, said=said)


@dataclasses.dataclass(frozen=True)
class _Made:
    """A page that exists: what it shows, and the line on it in the contents."""

    content: PageContent
    said: Pair

    def card(self, row: PageRow) -> AtlasCard:
        """Return the card of the page; a workspace may have told another line below the title."""
        content = self.content
        told = dataclasses.replace(row, subtitle=content.subtitle)
        return AtlasCard(
            row=told, title=content.title, said=(self.said,), picture=thumbnail(content)
        )


def _made(row: PageRow, source: AtlasSource, links: list[PageLink], panels: _Panels) -> _Made:
    make = panels[row.panel].make if row.panel else None
    if make:
        return _Made(*make(row, links))
    if row.measure:
        taken = take_measure(row.measure, source)
        return _Made(measure_content(row, taken, source, links), taken.whole_line)
    content = theme_content(row, source, links)
    return _Made(content, _placed_line(content))


def _measure_line(key: str, source: AtlasSource, made: _Made | None) -> MeasureLine:
    if made is not None:
        return MeasureLine(row=measure_row(key), whole=made.said)
    missing = tuple(map(missing_line, missing_inputs(key, source)))
    return MeasureLine(row=measure_row(key), whole=Pair(zh="", en=""), missing=missing)


def _clear(folder: Path, absent: set[str]) -> None:
    """Remove pages of an earlier build that have no data any more; files of others stay."""
    for key in absent:
        path = folder / file_of(key)
        if path.is_file() and _OURS in path.read_bytes():
            path.unlink()


def write_atlas(
    folder: str | os.PathLike[str],
    workspace: Place = None,
    *,
    language: Language = "zh",
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the atlas of a workspace: contents and pages, each one file that works offline.

    Which layers stand on which page are rows of ``layers/atlas/pages.csv``. A page that maps a
    measure exists only where its inputs do; the contents say what is missing.

    Parameters
    ----------
    folder
        Folder to write into; it is made where it does not exist. Pages of an earlier atlas
        that have no data any more are removed; other files stay.
    workspace
        Folder of a workspace; without it the shipped layers are drawn.
    language
        Language in which the pages open; the reader can switch, and links keep the choice.
    progress
        Called with the name of each file before it is made, and with a line before many
        parcels are measured.

    Returns
    -------
    list of pathlib.Path
        The files written, ``index.html`` first. The same inputs give the same bytes.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.
    CRSError, GeometryError, SchemaError
        An input of a measure does not fit; the message names it.
    UnsafeInputError
        A page would name an outside address, or a path is unsafe.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_atlas(folder)][:3]
    ['index.html', 'plan.html', 'streets.html']
    """
    source = AtlasSource(workspace)
    rows = page_rows(fictional=source.fictional)
    tell = progress or (lambda _name: None)
    panels = atlas_panels(source, lambda line: tell(line.zh if language == "zh" else line.en))
    there = [row for row in rows if _exists(row, source, panels)]
    links = [PageLink(key=INDEX, title=spoken("index_short"))]
    links += [PageLink(key=row.key, title=row.short) for row in there]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written, cards, measures = [], [], []
    for row in rows:
        made = None
        if row in there:
            tell(file_of(row.key))
            made = _made(row, source, links, panels)
            written.append(target / file_of(row.key))
            write_text_atomic(written[-1], page_html(made.content, language=language))
        cards.append(made.card(row) if made else _absent(row, source, panels))
        if row.measure:
            measures.append(_measure_line(row.measure, source, made))
    _clear(target, {row.key for row in rows} - {row.key for row in there})
    tell(file_of(INDEX))
    contents = target / file_of(INDEX)
    write_text_atomic(contents, index_html(source, cards, measures, language=language))
    return [contents, *written]
