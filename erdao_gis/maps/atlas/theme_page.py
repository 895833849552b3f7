"""Rows of the atlas table as the content of pages."""

import dataclasses
from collections.abc import Iterable

from erdao_gis.catalogue import layer_names
from erdao_gis.drawing import styled_layers
from erdao_gis.maps.atlas.choropleths import Choropleth
from erdao_gis.maps.atlas.page_rows import PageRow
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.page.page_content import PageContent, PageGroup, PageLayer, PageLink
from erdao_gis.wording import Pair

_ALL = ("*",)


def theme_layers(row: PageRow, source: AtlasSource) -> list[PageLayer]:
    """Return the layers of a page: those of the plan always, others where they have rows."""
    if row.layers == _ALL:
        layers = [source.layer(name) for name in layer_names(role="plan")]
    else:
        layers = [_featured(source.layer(name, shown=name not in row.off)) for name in row.layers]
    # An element of the plan without a place is told; a fictional place has no such plan.
    told = () if source.fictional else layer_names(role="plan")
    return [layer for layer in layers if len(layer.frame) or layer.key in told]


def _featured(layer: PageLayer) -> PageLayer:
    """Let a layer step forward on a page of its own where the style table has a row for that."""
    style = f"{layer.key}_featured"
    return dataclasses.replace(layer, style=style) if style in styled_layers() else layer


def page_titles(row: PageRow, source: AtlasSource) -> tuple[Pair, Pair]:
    """Return title and subtitle of a page; a workspace is named.

    Parameters
    ----------
    row
        Row of the atlas table.
    source
        Layers.

    Examples
    --------
    >>> from erdao_gis.maps.atlas.page_rows import page_rows
    >>> page_titles(page_rows()[1], AtlasSource())[0].zh
    '特色街路图'
    """
    own = source.title
    if own is None:
        return row.title, row.subtitle
    if source.fictional:
        title = Pair(zh=f"{own.zh}：{row.title.zh}", en=f"{own.en}: {row.title.en}")
        return title, row.subtitle if row.measure or row.panel else page_words("fictional_about")
    return row.title, Pair(zh=f"{own.zh}；{row.subtitle.zh}", en=f"{own.en}; {row.subtitle.en}")


def theme_content(row: PageRow, source: AtlasSource, links: Iterable[PageLink] = ()) -> PageContent:
    """Return the content of a page of the plan.

    Parameters
    ----------
    row
        Row of the atlas table.
    source
        Layers.
    links
        Pages of the atlas.
    """
    layers, ground = theme_layers(row, source), source.ground(row.ground)
    whole = row.layers == _ALL
    title, subtitle = page_titles(row, source)
    return PageContent(
        title=title,
        subtitle=subtitle,
        groups=source.groups(layers, marks=whole and not source.fictional),
        backdrop=ground,
        entries=source.entries,
        sources=source.sources,
        attribution=source.attribution,
        view=None if source.fictional else row.view,
        view_tall=None if source.fictional else row.view_tall,
        counts=source.counts if whole else None,
        key=row.key,
        run=source.run.id,
        links=tuple(links),
        warning=page_words("fictional") if source.fictional else None,
    )


def measure_content(
    row: PageRow, measured: Choropleth, source: AtlasSource, links: Iterable[PageLink] = ()
) -> PageContent:
    """Return the content of a page that colours units by a figure.

    Parameters
    ----------
    row
        Row of the atlas table.
    measured
        The units in their colours; the figure has a value somewhere.
    source
        Layers.
    links
        Pages of the atlas.
    """
    coloured = () if measured.layer is None else (measured.layer,)
    groups = [PageGroup(key="measure", title=page_words("group_measure"), layers=coloured)]
    if measured.against is not None:
        shown = measured.against.key not in row.off
        against = _featured(dataclasses.replace(measured.against, shown=shown))
        groups.append(PageGroup(key="inputs", title=page_words("group_inputs"), layers=(against,)))
    title, subtitle = page_titles(row, source)
    return PageContent(
        title=title,
        subtitle=subtitle,
        groups=tuple(groups),
        backdrop=source.ground(row.ground),
        sources=source.sources,
        attribution=source.attribution,
        key=row.key,
        run=source.run.id,
        links=tuple(links),
        method=measured.method,
        warning=page_words("fictional") if source.fictional else None,
    )
