"""The plan's own page: catalogue and register brought together as one sheet."""

import os
from pathlib import Path

import folium

from erdao_gis.errors import Language
from erdao_gis.indicators import RunLike
from erdao_gis.maps.atlas.page_rows import page_rows
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.maps.atlas.theme_page import theme_content
from erdao_gis.maps.page.compose import page_map, write_page
from erdao_gis.maps.page.page_content import PageContent


def plan_content(place: RunLike = None) -> PageContent:
    """Return all that the plan's page shows.

    Parameters
    ----------
    place
        A run, a dataset, a workspace or its folder; without it the shipped layers are shown.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> [group.mark for group in plan_content().groups[:5]]
    ['2', '1', '3', '3', '8']
    """
    source = AtlasSource(place)
    return theme_content(page_rows(fictional=source.fictional)[0], source)


def plan_map(place: RunLike = None, *, language: Language = "zh") -> folium.Map:
    """Return the plan's layout as a folium map, for notebooks.

    Parameters
    ----------
    place
        A run, a dataset, a workspace or its folder; without it the shipped layers are shown.
    language
        Language in which the map opens; the reader can switch.

    Returns
    -------
    folium.Map
        Shows offline; ``save`` writes one file that opens offline. Frames of your own join it
        with :func:`add_layer`; folium objects of your own work too, and the page then says that
        it contains user code.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> type(plan_map()).__name__
    'Map'
    """
    return page_map(plan_content(place), language=language)


def write_plan_page(
    path: str | os.PathLike[str], place: RunLike = None, *, language: Language = "zh"
) -> Path:
    """Write the plan's page as one HTML file that opens with the network unplugged.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    place
        A run, a dataset, a workspace or its folder; without it the shipped layers are shown.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_plan_page(Path(folder) / "plan.html").stat().st_size > 100_000
    True
    """
    return write_page(path, plan_content(place), language=language)
