"""Two states of a workspace's parcels compared: of two dates, or against another file."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis import compare_parcels, parcels_on
from erdao_gis.catalogue import Workspace, headings_meaning, layer_schema, open_workspace
from erdao_gis.crs import to_working
from erdao_gis.errors import SchemaError
from erdao_gis.files import read_features
from erdao_gis.parcels.books import read_book
from erdao_gis.parcels.reading import read_parcels

__all__ = [
    "CHANGES",
    "Comparison",
    "changed_ground",
    "compare_dates",
    "compare_with_file",
]

CHANGES = ("unchanged", "renumbered", "split", "merged", "redrawn", "gone", "new")
"""What can have happened to a piece of ground, in the order of the totals."""

_LEAST_M2 = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Parcels before and after, and what became of each piece of ground."""

    before_label: str
    after_label: str
    "A date, the name of a file, or empty for the workspace as it is."
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    table: pd.DataFrame
    "As `compare_parcels` gives it: ``from_id``, ``to_id``, ``area_m2``, ``change``."
    rejects: pd.DataFrame
    "Rows of the file that could not be used, with their reasons."

    @property
    def totals(self) -> pd.DataFrame:
        """One row a change, also those that did not happen.

        Index ``change``; ``pairs`` (rows of `table`), ``old_parcels``, ``new_parcels`` (different
        codes) and ``area_m2``.
        """
        rows = {}
        for change in CHANGES:
            part = self.table[self.table["change"] == change]
            rows[change] = (
                len(part),
                part["from_id"].nunique(),
                part["to_id"].nunique(),
                float(part["area_m2"].sum()),
            )
        columns = ["pairs", "old_parcels", "new_parcels", "area_m2"]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return table.rename_axis("change")

    @property
    def account(self) -> "pd.Series[float]":
        """Square metres that close: before = found again + gone + rest, after likewise.

        ``before_m2``, ``after_m2`` (sums of the outlines), ``shared_m2``, ``gone_m2``,
        ``new_m2``, and what these leave over: ``before_rest_m2``, ``after_rest_m2``. A rest is
        ground below the least size that is listed or, below zero, ground that parcels of the
        same side share and that is counted twice. ``before_unplaced`` and ``after_unplaced``
        count parcels without an outline.
        """
        area = self.totals["area_m2"]
        gone, new = float(area["gone"]), float(area["new"])
        shared = float(area.sum()) - gone - new
        sizes = [float(frame.geometry.area.sum()) for frame in (self.before, self.after)]
        return pd.Series(
            {
                "before_m2": sizes[0],
                "shared_m2": shared,
                "gone_m2": gone,
                "before_rest_m2": sizes[0] - shared - gone,
                "after_m2": sizes[1],
                "new_m2": new,
                "after_rest_m2": sizes[1] - shared - new,
                "before_unplaced": float(self.before.geometry.isna().sum()),
                "after_unplaced": float(self.after.geometry.isna().sum()),
            }
        )


def compare_dates(
    workspace: Workspace | Path | str, since: str, until: str | None = None
) -> Comparison:
    """Compare the parcels of a workspace on two days, as the recorded operations have them.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    since
        The end of this day is the state before, like ``2025-06-30``.
    until
        The end of this day is the state after; the parcels as they are when left out.

    Returns
    -------
    Comparison
        All unchanged where nothing was recorded in between.

    Raises
    ------
    SchemaError
        Unreadable dates, or the later one first.
    WorkspaceError, FormatError
        As `read_book`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")
    >>> found.table["change"].unique().tolist()
    ['unchanged']
    """
    book = read_book(workspace)
    before = parcels_on(book, since)
    after = book.parcels if until is None else parcels_on(book, until)
    if until is not None and until < since:
        raise SchemaError("lineage_dates_reversed", {"since": since, "until": until})
    return _compared(before, after, (since, until or ""))


def compare_with_file(workspace: Workspace | Path | str, path: Path | str) -> Comparison:
    """Compare the parcels of a workspace, as they are, with those of another file.

    Parameters
    ----------
    workspace
        A workspace or its folder; the state before.
    path
        Parcels in any format that `read_features` takes; the state after. Codes are in the
        column ``id`` or one of the names the catalogue knows for it (地块编号, 宗地代码 ...).

    Returns
    -------
    Comparison
        Rows that could not be used stand in ``rejects``.

    Raises
    ------
    SchemaError
        No outlines, no column of codes, missing codes, or codes that occur twice.
    GeometryError
        Outlines that are no areas.
    WorkspaceError, FormatError, UnsafeInputError, CRSError
        As `read_layer` and `read_features`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.files import write_features
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     other = write_features(read_parcels(town).iloc[1:], Path(folder) / "other.gpkg")
    ...     found = compare_with_file(town, other)
    >>> found.totals.loc["gone", "old_parcels"].item()
    1
    """
    name = Path(path).name
    table = read_features(path)
    frame = table.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError("lineage_no_outlines", {"file": name})
    headings = headings_meaning("id", layer_schema("parcels"), map(str, frame.columns))
    if not headings:
        facts = {"file": name, "headings": ", ".join(map(str, frame.columns.drop("geometry")))}
        raise SchemaError("lineage_no_id_column", facts)
    after = to_working(frame)
    blank = after[headings[0]].isna()
    if blank.any():
        rows = ", ".join(str(row) for row in after.index[blank][:10])
        raise SchemaError("lineage_code_missing", {"file": name, "rows": rows})
    after = after.set_index(pd.Index(after[headings[0]].astype(str), name="id"))
    return _compared(read_parcels(open_workspace(workspace)), after, ("", name), table.rejects)


def _compared(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    labels: tuple[str, str],
    rejects: pd.DataFrame | None = None,
) -> Comparison:
    table = compare_parcels(before, after, least_m2=_LEAST_M2)
    order = {change: place for place, change in enumerate(CHANGES)}
    place = table["change"].map(order).where(table["change"] != "unchanged", len(order))
    ordered = table.assign(place=place).sort_values(["place", "from_id", "to_id"], kind="stable")
    none = pd.DataFrame(columns=["row", "id", "reason_zh", "reason_en"])
    return Comparison(
        before_label=labels[0],
        after_label=labels[1],
        before=before,
        after=after,
        table=ordered.drop(columns="place").reset_index(drop=True),
        rejects=none if rejects is None else rejects,
    )


def changed_ground(found: Comparison) -> gpd.GeoDataFrame:
    """Give the ground that changed, piece by piece.

    Parameters
    ----------
    found
        From `compare_dates` or `compare_with_file`.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of ``found.table`` that are not ``unchanged``, with the ground each speaks of;
        EPSG:4551. Empty where nothing changed.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     len(changed_ground(compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")))
    0
    """
    rows = found.table[found.table["change"] != "unchanged"].reset_index(drop=True)
    shapes = [
        _ground(found, old, new) for old, new in zip(rows["from_id"], rows["to_id"], strict=True)
    ]
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=found.before.crs))


def _ground(found: Comparison, old: object, new: object) -> BaseGeometry:
    """Give what two parcels share, or what of one the other side has no parcel on."""
    if isinstance(old, str) and isinstance(new, str):
        shape = shapely.intersection(found.before.geometry[old], found.after.geometry[new])
    else:
        gone = isinstance(old, str)
        mine, others = (found.before, found.after) if gone else (found.after, found.before)
        whole = mine.geometry[old if gone else new]
        near = others.geometry.iloc[others.sindex.query(whole, predicate="intersects")]
        shape = shapely.difference(whole, shapely.union_all(near.to_numpy()))
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
