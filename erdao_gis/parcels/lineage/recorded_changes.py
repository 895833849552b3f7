"""Split, merge and renumber the parcels of a workspace: recorded, and to be undone whole."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely import LineString, MultiLineString

from erdao_gis.analysis import ParcelBook, merge_parcels, renumber, split_parcel
from erdao_gis.catalogue import Change, Workspace, change_layer, open_workspace
from erdao_gis.days import require_no_future
from erdao_gis.errors import GeometryError, SchemaError, WorkspaceError
from erdao_gis.files.characters import unstorable
from erdao_gis.parcels.lineage.books import LAYER, read_book, state_of_files, write_book
from erdao_gis.parcels.lineage.cut_lines import extended_to_edge, require_near
from erdao_gis.parcels.lineage.inheriting import (
    Outcome,
    heirs_with_attributes,
    mixed_uses,
    money_columns,
    outcomes_of,
    stated_values,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """What one operation did to the parcels of a workspace."""

    kind: str
    "split, merge or renumber."
    date: str
    "Like 2025-06-30."
    retired: dict[str, float]
    "Codes taken out of force, and their areas in m2."
    heirs: dict[str, float]
    "Codes that came into force, and their areas in m2."
    extended_m: float
    "By how much an end of the line of a split was led on to the parcel's edge; mostly 0."
    outcomes: tuple[Outcome, ...]
    "Attributes on which the parcels before differed, or that were not passed on."
    mixed_uses: tuple[str, ...]
    "Land-use classes of level 1 that a merger brought together, if several."
    provisional: bool
    "Whether the code of a merged parcel was put together out of those of its parts."
    parts: int
    "Of how many parts a split parcel was; each that was not cut is a parcel of its own now."
    written: bool
    "False for a dry run."
    changes: tuple[Change, ...]
    "Plan features that were derived again and changed."

    @property
    def before_m2(self) -> float:
        """Area taken out of force."""
        return sum(self.retired.values())

    @property
    def after_m2(self) -> float:
        """Area that came into force."""
        return sum(self.heirs.values())


def record_split(
    workspace: Workspace | Path | str,
    code: str,
    line: LineString | MultiLineString,
    *,
    date: str,
    new_codes: Sequence[str] = (),
    dry_run: bool = False,
) -> Record:
    """Cut a parcel of a workspace along a line.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    code
        The parcel to cut.
    line
        Leads from one side of the parcel to another; EPSG:4551, metres. If it does not cut the
        parcel, ends that stop at most 0.05 m short of the edge are led on straight; the record
        tells by how much.
    date
        Day of the operation, like ``2025-06-30``.
    new_codes
        Codes of the new parcels, from west to east (by centroid); without them ``<code>-1``,
        ``<code>-2`` and so on.
    dry_run
        Only tell; write nothing.

    Returns
    -------
    Record
        Written as one step that ``undo_import`` takes back whole.

    Raises
    ------
    NotInPlanError
        No such parcel in force.
    GeometryError
        The line misses the parcel, stops short of its edge (and by how much), or leaves a
        piece below 0.01 m2.
    SchemaError
        Codes that cannot be kept, are taken or too few, or a date out of order or to come.
    WorkspaceError, FormatError
        No parcels, files that do not fit each other, or another run changing them.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     parcels = read_book(town).parcels
    ...     west, south, east, north = parcels.geometry.iloc[0].bounds
    ...     middle = (south + north) / 2
    ...     across = LineString([(west - 1, middle), (east + 1, middle)])
    ...     done = record_split(town, parcels.index[0], across, date="2025-06-30")
    >>> len(done.heirs), abs(done.before_m2 - done.after_m2) < 1e-6 * done.before_m2
    (2, True)
    """
    led_on = 0.0
    flat = shapely.remove_repeated_points(shapely.force_2d(line))

    def void(book: ParcelBook) -> list[str]:
        return money_columns(map(str, book.parcels.columns))

    def act(book: ParcelBook) -> ParcelBook:
        nonlocal led_on
        try:
            return split_parcel(book, code, flat, date=date, new_codes=new_codes, void=void(book))
        except GeometryError as error:
            if error.key != "parcels_not_cut":
                raise
            shape = book.parcels.geometry[code]
            require_near(flat, shape, code)
            longer, led_on = extended_to_edge(flat, shape)
            return split_parcel(book, code, longer, date=date, new_codes=new_codes, void=void(book))

    record = _recorded(workspace, act, new_codes, dry_run=dry_run)
    return dataclasses.replace(record, extended_m=led_on)


def record_merger(
    workspace: Workspace | Path | str,
    codes: Sequence[str],
    *,
    date: str,
    new_code: str = "",
    keep_from: str = "",
    stated: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Record:
    """Unite parcels of a workspace that share borders.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    codes
        Two or more of them.
    date
        Day of the operation, like ``2025-06-30``.
    new_code
        Code of the new parcel; without it the old codes joined with ``+``, which is only
        provisional.
    keep_from
        The one of them whose attributes hold where they differ.
    stated
        Column or heading -> value that the new parcel gets; held against the layer.
    dry_run
        Only tell; write nothing.

    Returns
    -------
    Record
        Written as one step. Attributes on which not all agree become missing and are listed
        in ``outcomes``, but a parcel drafted for illustration leaves the new one assumed, and
        the weakest evidence holds. Prices are void.

    Raises
    ------
    NotInPlanError, GeometryError, SchemaError, WorkspaceError, FormatError
        As `merge_parcels` and `read_book`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     record_merger(town, ["no such", "nor this"], date="2025-06-30")
    Traceback (most recent call last):
        ...
    erdao_gis.errors.NotInPlanError: ...
    """

    def act(book: ParcelBook) -> ParcelBook:
        void = money_columns(map(str, book.parcels.columns))
        return merge_parcels(
            book, codes, date=date, new_code=new_code, keep_from=keep_from, void=void
        )

    new_codes = [new_code] if new_code else []
    record = _recorded(workspace, act, new_codes, dry_run=dry_run, stated=stated)
    return dataclasses.replace(record, provisional=not new_code)


def record_renumbering(
    workspace: Workspace | Path | str,
    code: str,
    new_code: str,
    *,
    date: str,
    dry_run: bool = False,
) -> Record:
    """Give a parcel of a workspace another code; nothing else changes.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    code, new_code
        Its code and the code it gets.
    date
        Day of the operation, like ``2025-06-30``.
    dry_run
        Only tell; write nothing.

    Returns
    -------
    Record
        Written as one step.

    Raises
    ------
    NotInPlanError, SchemaError, WorkspaceError, FormatError
        As `renumber` and `read_book`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     code = read_book(town).parcels.index[0]
    ...     done = record_renumbering(town, code, "A01", date="2025-06-30", dry_run=True)
    >>> list(done.heirs), done.written
    (['A01'], False)
    """

    def act(book: ParcelBook) -> ParcelBook:
        return renumber(book, code, new_code, date=date)

    return _recorded(workspace, act, [new_code], dry_run=dry_run)


def _recorded(
    workspace: Workspace | Path | str,
    act: Callable[[ParcelBook], ParcelBook],
    new_codes: Sequence[str],
    *,
    dry_run: bool,
    stated: Mapping[str, str] | None = None,
) -> Record:
    """Do one operation on the book of a workspace and write it as one step."""
    require_codes(new_codes)
    opened = open_workspace(workspace)
    state = state_of_files(opened, LAYER)
    try:
        book = read_book(opened)
    except WorkspaceError:
        # Half of what another run is writing is no damage.
        require_same_files(opened, LAYER, state)
        raise
    given = stated_values(stated or {}, map(str, book.parcels.columns))
    done = act(book)
    require_no_future(done.steps[-1][2])
    after = heirs_with_attributes(book, done, given)
    changes: tuple[Change, ...] = ()
    if not dry_run:

        def put() -> None:
            require_same_files(opened, LAYER, state)
            write_book(opened, after)

        changes = change_layer(opened, LAYER, put)
    steps = after.steps[len(book.steps) :]
    gone, new = (dict.fromkeys(codes) for codes in ([s[3] for s in steps], [s[4] for s in steps]))
    return Record(
        kind=steps[0][1],
        date=steps[0][2],
        retired=_areas(book.parcels, gone),
        heirs=_areas(after.parcels, new),
        extended_m=0.0,
        outcomes=outcomes_of(book, after),
        mixed_uses=mixed_uses(book, gone),
        provisional=False,
        parts=max(shapely.get_num_geometries(book.parcels.geometry[code]) for code in gone),
        written=not dry_run,
        changes=changes,
    )


def require_same_files(workspace: Workspace, layer: str, state: dict[str, str]) -> None:
    """Make sure that nobody changed a layer since it was read.

    Raises
    ------
    WorkspaceError
        Someone did.
    """
    if state_of_files(workspace, layer) != state:
        raise WorkspaceError("lineage_changed_meanwhile", {"folder": str(workspace.folder)})


def require_codes(codes: Sequence[str]) -> None:
    """Make sure that new codes can be kept and found again.

    Raises
    ------
    SchemaError
        An empty code, one with blanks at its ends, or with characters that nobody sees.
    """
    for code in codes:
        if not code or code != code.strip() or unstorable("id", pd.Series([code], dtype=object)):
            raise SchemaError("lineage_bad_code", {"code": code})


def _areas(parcels: gpd.GeoDataFrame, codes: Iterable[str]) -> dict[str, float]:
    return {code: float(parcels.geometry[code].area) for code in codes}
