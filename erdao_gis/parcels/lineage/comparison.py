"""Parcels of two places compared; of two dates of one, or against another file."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis import compare_parcels, parcels_on
from erdao_gis.catalogue import Dataset, Place, Workspace, open_workspace
from erdao_gis.crs import ERDAO_REGION
from erdao_gis.days import require_no_future
from erdao_gis.errors import SchemaError
from erdao_gis.files import read_features
from erdao_gis.intake.outlines import guarded_shapes
from erdao_gis.land_use.file_edition import one_edition
from erdao_gis.parcels.lineage.attribute_changes import attribute_changes, fitted_attributes
from erdao_gis.parcels.lineage.books import read_book
from erdao_gis.parcels.parcels_of_place import read_parcels

CHANGES = (
    "renumbered",
    "split",
    "merged",
    "redrawn",
    "gone",
    "new",
    "altered",
    "unchanged",
)
"""What can have happened to a piece of ground, in the order of the totals."""

LEAST_M2 = 0.01
"""Smaller pieces are rounding and not listed."""

SCENARIO = "with_layers"
"""Label of a side whose parcels were given by `Dataset.with_layers`."""

# Outlines that moved all alike were not redrawn one by one.
_SHIFTED_M = 1.0
_SHIFT_SLACK = 0.05
_NEARLY_ALL = 0.9
_FEW = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Parcels before and after, and what became of each piece of ground."""

    before_label: str
    after_label: str
    "A date, the name of a file, `SCENARIO`, or a title; empty for the workspace as it is."
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    table: pd.DataFrame
    """As `compare_parcels` gives it; ``altered`` are parcels whose outline is the same and whose
    figures or words are not."""
    attributes: pd.DataFrame
    "As `attribute_changes` gives it: ``id``, ``column``, ``old``, ``new``."
    rejects: pd.DataFrame
    "Rows of the file that could not be used, with their reasons."

    @property
    def totals(self) -> pd.DataFrame:
        """One row a change, also those that did not happen.

        Index ``change``; ``pairs`` (rows of `table`), ``old_parcels``, ``new_parcels`` (different
        codes) and ``area_m2``, the ground that changed so; of unchanged ones all of it.
        """
        rows = {}
        chains = [change for change in self.table["change"].unique() if change not in CHANGES]
        for change in (*CHANGES[:-2], *sorted(chains), *CHANGES[-2:]):
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
        ``new_m2`` (sums of these columns of `table`), and what these leave over:
        ``before_rest_m2``, ``after_rest_m2``. A rest is ground below the least size that is
        listed or, below zero, ground that parcels of the same side share and that is counted
        twice. ``before_unplaced`` and ``after_unplaced`` count parcels without an outline.
        """
        columns = ("shared_m2", "gone_m2", "new_m2")
        shared, gone, new = (float(self.table[name].sum()) for name in columns)
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

    @property
    def common_shift_m(self) -> tuple[float, float] | None:
        """How far nearly all outlines moved, all alike, east and north; None if they did not.

        Told of three parcels or more with the same code on both sides of which nine in ten
        moved by the same metres (to a twentieth), and by more than 1 m: another datum or CRS.
        """
        both = self.before.index.intersection(self.after.index)
        olds, news = (frame.geometry.loc[both].to_numpy() for frame in (self.before, self.after))
        placed = ~(shapely.is_missing(olds) | shapely.is_missing(news))
        if placed.sum() < _FEW:
            return None
        sides = [shapely.centroid(shapes[placed]) for shapes in (olds, news)]
        moves = np.column_stack(
            [get(sides[1]) - get(sides[0]) for get in (shapely.get_x, shapely.get_y)]
        )
        middle = np.median(moves, axis=0)
        metres = float(np.hypot(*middle))
        alike = np.hypot(*(moves - middle).T) <= _SHIFT_SLACK * metres
        if metres <= _SHIFTED_M or alike.mean() < _NEARLY_ALL:
            return None
        return float(middle[0]), float(middle[1])


def compare(
    before: Place | gpd.GeoDataFrame,
    after: Place | gpd.GeoDataFrame,
    *,
    labels: tuple[str, str] | None = None,
    operations: pd.DataFrame | None = None,
) -> Comparison:
    """Compare the parcels of two places: a dataset and its scenario, or two workspaces.

    Parameters
    ----------
    before, after
        Datasets, workspaces or their folders; or parcels by themselves, as `read_parcels` gives
        them.
    labels
        What the sides are called: a date, the name of a file, a title, or empty for the workspace
        as it is. If None, parcels that were given are a scenario, and two workspaces go by their
        titles.
    operations
        What was recorded between the two, which then decides what a change is called; see
        `compare_parcels`. If None, the ground alone decides.

    Returns
    -------
    Comparison
        What became of each piece of ground, and which figures and words differ.

    Raises
    ------
    WorkspaceError
        A place has no parcels; as `Dataset.open` besides.
    GeometryError, SchemaError
        As `compare_parcels`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = Dataset.open(write_sample(Path(folder) / "town"))
    ...     found = compare(town, town.with_layers(parcels=town.layer("parcels").iloc[1:]))
    >>> found.totals.loc["gone", "old_parcels"].item(), found.after_label
    (1, 'with_layers')
    """
    one, other = (
        side if isinstance(side, gpd.GeoDataFrame) else Dataset.open(side)
        for side in (before, after)
    )
    old, new = (
        side if isinstance(side, gpd.GeoDataFrame) else read_parcels(side) for side in (one, other)
    )
    names = labels or (_label(one, other), _label(other, one))
    table = compare_parcels(old, new, least_m2=LEAST_M2, operations=operations)
    attributes = attribute_changes(old, new, table)
    altered = (table["change"] == "unchanged") & table["to_id"].isin(attributes["id"])
    table = table.assign(change=table["change"].mask(altered, "altered"))
    order = {change: place for place, change in enumerate(CHANGES)}
    # What several operations made stands before what is the same.
    place = table["change"].map(order).astype(float).fillna(order["altered"] - 0.5)
    ordered = table.assign(place=place).sort_values(["place", "from_id", "to_id"], kind="stable")
    return Comparison(
        before_label=names[0],
        after_label=names[1],
        before=old,
        after=new,
        table=ordered.drop(columns="place").reset_index(drop=True),
        attributes=attributes,
        rejects=pd.DataFrame(columns=["row", "id", "reason_zh", "reason_en"]),
    )


def _label(side: Dataset | gpd.GeoDataFrame, other: Dataset | gpd.GeoDataFrame) -> str:
    """Call given parcels a scenario, and two workspaces by their titles."""
    if isinstance(side, gpd.GeoDataFrame) or side.record("parcels").origin == "given":
        return SCENARIO
    beside = other.workspace if isinstance(other, Dataset) else None
    if side.workspace is None or beside is None or side.workspace.folder == beside.folder:
        return ""
    return side.workspace.title


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
        All unchanged where nothing was recorded in between. The record decides what a change
        is called; a parcel that was split and one of whose parts was merged became the merged
        one by ``split;merged``. Figures and words are known as they were only of parcels that
        were taken out of force; those of parcels in force have no history, so that only what
        a renumbered parcel stated then and states now can be held against each other.

    Raises
    ------
    SchemaError
        Unreadable dates, days to come, or the later one first.
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
    for day in (since, until or ""):
        require_no_future(day)
    book = read_book(workspace)
    before = parcels_on(book, since)
    after = book.parcels if until is None else parcels_on(book, until)
    if until is not None and until < since:
        raise SchemaError("lineage_dates_reversed", {"since": since, "until": until})
    done = book.operations
    between = done["date"] > since if until is None else done["date"].between(since, until, "right")
    done = done[between.to_numpy(bool)]
    return compare(before, after, labels=(since, until or ""), operations=done)


def compare_with_file(
    workspace: Workspace | Path | str,
    path: Path | str,
    *,
    crs: str | None = None,
    datum: str = "CGCS2000",
) -> Comparison:
    """Compare the parcels of a workspace, as they are, with those of another file.

    Parameters
    ----------
    workspace
        A workspace or its folder; the state before.
    path
        Parcels in any format that `read_features` takes; the state after. Codes are in the
        column ``id`` or one of the names the catalogue knows for it (地块编号, 宗地代码 ...);
        other columns are understood as an import of the file would understand them.
    crs
        CRS of the coordinates when the file names none, or a wrong one.
    datum
        CGCS2000, WGS84, GCJ-02 or BD-09.

    Returns
    -------
    Comparison
        Rows that could not be used stand in ``rejects``; ``common_shift_m`` tells if nearly all
        outlines moved alike.

    Raises
    ------
    SchemaError
        No outlines, no column of codes, missing codes, or codes that occur twice.
    GeometryError
        Outlines that are no areas.
    WorkspaceError, FormatError, UnsafeInputError, CRSError, DatumError
        As `read_layer` and `read_features`; or the coordinates fit another datum.

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
    opened, name = open_workspace(workspace), Path(path).name
    table = read_features(path, crs=crs, region=None if opened.fictional else ERDAO_REGION)
    frame = table.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError("lineage_no_outlines", {"file": name})
    placed, _ = guarded_shapes(frame, opened, datum=datum, accept_far=False, what=name)
    before = read_parcels(opened)
    edition = one_edition(before["edition"]) if "edition" in before else ""
    after = fitted_attributes(placed, opened, file=name, edition=edition)
    if "id" not in after:
        facts = {"file": name, "headings": ", ".join(map(str, frame.columns.drop("geometry")))}
        raise SchemaError("lineage_no_id_column", facts)
    codes = after["id"].astype("str").str.strip()
    blank = after["id"].isna() | (codes == "")
    if blank.any():
        rows = ", ".join(str(row) for row in after.index[blank][:10])
        raise SchemaError("lineage_code_missing", {"file": name, "rows": rows})
    after = after.set_index(pd.Index(codes.to_numpy(dtype=object), name="id"))
    return replace(compare(before, after, labels=("", name)), rejects=table.rejects)
