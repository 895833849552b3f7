"""Ancestors and heirs of a parcel of a workspace, with their areas and in the shape of a tree."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from erdao_gis.analysis import ParcelBook, lineage
from erdao_gis.catalogue import Workspace
from erdao_gis.parcels.lineage.books import read_book


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One relative where it stands in the tree."""

    depth: int
    "Operations between it and the parcel asked for."
    code: str
    kind: str
    "Of the operation that leads to it: split, merge or renumber."
    date: str
    area_m2: float
    in_force: bool
    told_above: bool
    "It stands in the tree before; its own relatives are not repeated."


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """A parcel with its ancestors and its heirs."""

    code: str
    area_m2: float
    in_force: bool
    ancestors: tuple[Branch, ...]
    "In the order of a tree, each parent after its child."
    heirs: tuple[Branch, ...]
    "In the order of a tree, each heir after its parent."
    relatives: pd.DataFrame
    "As `lineage` gives them, with ``area_m2``: each once, in order of generation."


def family_of(workspace: Workspace | Path | str, code: str) -> Family:
    """Tell where a parcel of a workspace came from, and what became of it.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    code
        Code of the parcel, now or before.

    Returns
    -------
    Family
        Without ancestors and heirs where nothing was done to it.

    Raises
    ------
    NotInPlanError
        The workspace has never had such a parcel.
    WorkspaceError, FormatError
        As `read_book`.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels.lineage.recorded_changes import record_renumbering
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town")
    ...     code = read_book(town).parcels.index[0]
    ...     done = record_renumbering(town, code, "A01", date="2025-06-30")
    ...     family = family_of(town, "A01")
    >>> [branch.code == code for branch in family.ancestors], family.heirs
    ([True], ())
    """
    book = read_book(workspace)
    relatives = lineage(book, code)
    areas = _areas(book, [code, *relatives.index])
    relatives["area_m2"] = relatives.index.map(areas)
    return Family(
        code=code,
        area_m2=areas[code],
        in_force=code in book.parcels.index,
        ancestors=_tree(book, code, areas, back=True),
        heirs=_tree(book, code, areas, back=False),
        relatives=relatives,
    )


def _areas(book: ParcelBook, codes: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for frame in (book.retired, book.parcels):
        shapes = frame.geometry[frame.index.isin(codes)]
        found |= {str(code): float(area) for code, area in shapes.area.items()}
    return found


def _tree(
    book: ParcelBook, code: str, areas: dict[str, float], *, back: bool
) -> tuple[Branch, ...]:
    """Walk from a parcel along the operations; without recursion, for histories are long."""
    here, there = (4, 3) if back else (3, 4)
    steps: dict[str, list[tuple[str, str, str]]] = {}
    for step in book.steps:
        steps.setdefault(str(step[here]), []).append((str(step[there]), step[1], step[2]))
    branches: list[Branch] = []
    seen = {code}
    waiting = [(1, *step) for step in reversed(steps.get(code, []))]
    while waiting:
        depth, other, kind, date = waiting.pop()
        told = other in seen
        seen.add(other)
        branches.append(
            Branch(
                depth=depth,
                code=other,
                kind=kind,
                date=date,
                area_m2=areas[other],
                in_force=other in book.parcels.index,
                told_above=told,
            )
        )
        if not told:
            waiting += [(depth + 1, *step) for step in reversed(steps.get(other, []))]
    return tuple(branches)
