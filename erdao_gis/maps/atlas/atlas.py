"""Write an atlas: the pages that a place has data for, and their contents."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from erdao_gis.errors import Language
from erdao_gis.files import write_text_atomic
from erdao_gis.indicators import RunLike
from erdao_gis.maps.atlas.choropleths import Choropleth, choropleth, choropleth_row, own_row
from erdao_gis.maps.atlas.index_page import AtlasCard, index_html, missing_line, thumbnail
from erdao_gis.maps.atlas.land_pages import AtlasPanel, atlas_panels
from erdao_gis.maps.atlas.page_rows import PageRow, page_rows
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.atlas.theme_page import measure_content, theme_content, theme_layers
from erdao_gis.maps.page.compose import write_page
from erdao_gis.maps.page.navigation import file_of
from erdao_gis.maps.page.page_content import PageContent, PageLink
from erdao_gis.wording import Pair

INDEX = "index"
_Measures = Mapping[str, Choropleth]
_Panels = Mapping[str, AtlasPanel]
_OWN_GROUND = ("district", "roads", "ring_roads", "waterways", "railways")
_OURS = b'<script type="application/json" id="page-sheet">'


def _has_elements(row: PageRow, source: AtlasSource) -> bool:
    return any(len(layer.frame) for layer in theme_layers(row, source))


def _exists(row: PageRow, source: AtlasSource, measures: _Measures, panels: _Panels) -> bool:
    if row.panel:
        return panels[row.panel].make is not None
    if row.measure:
        return measures[row.measure].layer is not None
    return _has_elements(row, source)


def _own_page(measured: Choropleth) -> PageRow:
    """Return the page of an indicator of the user's own."""
    return PageRow(
        key=measured.row.key,
        realm="any",
        title=measured.title,
        short=measured.title,
        subtitle=measured.formula,
        layers=(),
        off=(),
        ground=_OWN_GROUND,
        view=None,
        view_tall=None,
        measure=measured.row.key,
        panel="",
    )


def _placed_line(content: PageContent, source: AtlasSource) -> Pair:
    """Return how many elements of a page have a place."""
    held = [source.amounts[layer.key] for group in content.groups for layer in group.layers]
    placed, unplaced = (
        int(sum(each[f"layer_{state}"] or 0 for each in held)) for state in ("placed", "unplaced")
    )
    return page_words("card_placed", {"placed": placed, "unplaced": unplaced})


def _absent(row: PageRow, measures: _Measures, panels: _Panels) -> AtlasCard:
    """Return the card of a page that does not exist: it says what is missing."""
    said: tuple[Pair, ...] = (page_words("card_empty"),)
    if row.panel:
        said = panels[row.panel].said
    elif row.measure:
        missing = measures[row.measure].missing
        said = (page_words("missing_inputs"), *map(missing_line, missing))
    return AtlasCard(row=row, title=row.title, said=said)


@dataclasses.dataclass(frozen=True)
class _Made:
    """A page that exists: what it shows, and the lines on it in the contents."""

    content: PageContent
    said: tuple[Pair, ...]

    def card(self, row: PageRow) -> AtlasCard:
        """Return the card of the page; a workspace may have told another line below the title."""
        content = self.content
        told = dataclasses.replace(row, subtitle=content.subtitle)
        return AtlasCard(row=told, title=content.title, said=self.said, picture=thumbnail(content))


def _made(
    row: PageRow,
    source: AtlasSource,
    links: list[PageLink],
    measures: _Measures,
    panels: _Panels,
) -> _Made:
    make = panels[row.panel].make if row.panel else None
    if make:
        content, line = make(row, links)
        return _Made(content, (line,))
    if row.measure:
        measured = measures[row.measure]
        return _Made(measure_content(row, measured, source, links), measured.wholes)
    content = theme_content(row, source, links)
    return _Made(content, (_placed_line(content, source),))


def _clear(folder: Path, absent: set[str]) -> None:
    """Remove pages of an earlier build that have no data any more; files of others stay."""
    for key in absent:
        path = folder / file_of(key)
        if path.is_file() and _OURS in path.read_bytes():
            path.unlink()


def write_atlas(
    folder: str | os.PathLike[str],
    place: RunLike = None,
    *,
    language: Language = "zh",
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the atlas of a workspace: contents and pages, each one file that works offline.

    Which layers stand on which page are rows of ``layers/atlas/pages.csv``. A page that colours
    units by a figure exists only where the figure has a value; the contents say what is missing.
    All figures are those of one run, whose id every page names.

    Parameters
    ----------
    folder
        Folder to write into; it is made where it does not exist. Pages of an earlier atlas
        that have no data any more are removed; other files stay.
    place
        A run, a dataset, a workspace or its folder; without it the shipped layers are drawn. Each
        indicator of your own in a run has a page too.
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
    source = AtlasSource(place)
    own = [own_row(row, each) for row in source.run.own for each in row.variants or ("",)]
    tell = progress or (lambda _name: None)
    panels = atlas_panels(source, lambda line: tell(line.zh if language == "zh" else line.en))
    shipped = page_rows(fictional=source.fictional)
    asked = [*(choropleth_row(row.measure) for row in shipped if row.measure), *own]
    measures = {row.key: choropleth(row, source) for row in asked}
    rows = [*shipped, *(_own_page(measures[row.key]) for row in own)]
    there = [row for row in rows if _exists(row, source, measures, panels)]
    links = [PageLink(key=INDEX, title=page_words("index_short"))]
    links += [PageLink(key=row.key, title=row.short) for row in there]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written, cards = [], []
    for row in rows:
        made = None
        if row in there:
            tell(file_of(row.key))
            made = _made(row, source, links, measures, panels)
            path = target / file_of(row.key)
            written.append(write_page(path, made.content, language=language))
        cards.append(made.card(row) if made else _absent(row, measures, panels))
    _clear(target, {row.key for row in rows} - {row.key for row in there})
    tell(file_of(INDEX))
    contents = target / file_of(INDEX)
    lines = list(measures.values())
    write_text_atomic(contents, index_html(source, cards, lines, language=language))
    return [contents, *written]
