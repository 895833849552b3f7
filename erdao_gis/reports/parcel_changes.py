"""The map of what became of parcels between two dates or places, or against another file."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.drawing import Sheet, SheetLayer, draw_map, extent_of
from erdao_gis.errors import Language
from erdao_gis.files import write_text_atomic
from erdao_gis.parcels import Comparison, changed_ground
from erdao_gis.parcels.lineage.comparison_tables import comparison_headings
from erdao_gis.wording import word

_SIZE = (1120.0, 760.0)
# The neighbours of what changed should be seen; beyond this many names hide the ground.
_MARGIN = 0.12
_MOST_NAMED = 60


def draw_changes(found: Comparison, language: Language) -> str:
    """Draw the ground that changed, among the parcels that did not.

    Parameters
    ----------
    found
        From `compare`, `compare_dates` or `compare_with_file`.
    language
        Of title and legend.

    Returns
    -------
    str
        SVG. Where nothing changed all parcels are shown as unchanged; else the map closes in on
        the changes.

    Raises
    ------
    GeometryError
        No parcel has an outline.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels import compare_dates
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")
    ...     draw_changes(found, "en").startswith("<svg")
    True
    """
    changed = changed_ground(found)
    # One colour for whatever went through several operations: the table says which.
    several = changed["change"].str.contains(";", regex=False).astype(bool)
    changed = changed.assign(change=changed["change"].mask(several, "several"))
    same = found.table.loc[found.table["change"] == "unchanged", "to_id"]
    still = found.after.loc[found.after.index.isin(same), ["geometry"]].assign(change="unchanged")
    still = gpd.GeoDataFrame(pd.concat([still, _unchanged_ground(found)]), crs=found.after.crs)
    code = changed["to_id"].where(changed["to_id"].notna(), changed["from_id"])
    named = len(changed) <= _MOST_NAMED
    told = changed.assign(name_zh=code, name_en=code)[["change", "name_zh", "name_en", "geometry"]]
    together = pd.concat([part for part in (still, told) if len(part)], ignore_index=True)
    frame = gpd.GeoDataFrame(together, geometry="geometry", crs=found.after.crs)
    sheet = Sheet(
        extent=extent_of([changed if len(changed) else frame], margin=_MARGIN),
        size=_SIZE,
        layers=(
            SheetLayer(
                frame=frame,
                style="parcel_changes",
                title=word("lineage", "sheet_changes", language),
                labels=named,
            ),
        ),
        key="changes",
        title=word("lineage", "map_title", language),
        subtitle=("" if language == "zh" else " ").join(comparison_headings(found, language)),
        language=language,
    )
    return draw_map(sheet)


def _unchanged_ground(found: Comparison) -> gpd.GeoDataFrame:
    """Give what redrawn parcels kept."""
    redrawn = (found.table["from_id"] == found.table["to_id"]) & (
        found.table["change"] == "redrawn"
    )
    codes = found.table.loc[redrawn, "to_id"]
    kept = found.before.geometry.loc[codes].intersection(found.after.geometry.loc[codes])
    return gpd.GeoDataFrame({"change": "unchanged"}, geometry=kept, index=kept.index)


def write_changes_map(found: Comparison, folder: Path | str, language: Language) -> Path:
    """Write the map of the changes as ``compare.svg``.

    Parameters
    ----------
    found
        From `compare`, `compare_dates` or `compare_with_file`.
    folder
        Where to; made when missing.
    language
        Of title and legend.

    Returns
    -------
    pathlib.Path
        The file, for any browser.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels import compare_dates
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")
    ...     write_changes_map(found, folder, "zh").name
    'compare.svg'
    """
    return write_text_atomic(Path(folder) / "compare.svg", draw_changes(found, language))
