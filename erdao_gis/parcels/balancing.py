"""The land balance of a workspace: what can be balanced is, and what cannot is listed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import BalanceRules, LandBalance, land_balance
from erdao_gis.catalogue import open_workspace, read_layer
from erdao_gis.errors import Fault, GeometryError
from erdao_gis.parcels.reading import Place, edition_of, planned_uses, read_parcels
from erdao_gis.parcels.usable import Parted, part_usable

__all__ = ["WorkspaceBalance", "balance_parcels"]

_SHOWN = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceBalance(LandBalance):
    """A land balance, with the rows that could not be balanced."""

    left_out: pd.DataFrame
    "One row each: ``layer``, ``parcel``, ``rule`` (why), ``code``, ``area_m2`` (stated)."
    faults: tuple[Fault, ...]
    "Why each row of `left_out` stands there, in its order; then the codes that are numbers."
    reconciled: pd.DataFrame
    """Index ``layer``: ``rows`` = ``balanced`` + ``listed``; ``area_m2`` = ``balanced_m2``
    (outlines) + ``listed_m2`` (as stated); ``unknown``, ``stated_m2``."""


def balance_parcels(
    workspace: Place = None,
    *,
    level: int = 1,
    population: Sequence[float] = (),
    unit: str | None = None,
) -> WorkspaceBalance:
    """Balance the land of a workspace: present use, and the plan with the parcels' uses.

    Where a land-use layer is there, it is the present, and the parcels with their planned codes
    are laid over it for the plan; else the parcels alone are balanced.

    Rows without an outline, with one that crosses itself or is no area, and rows whose code
    occurs more than once are not balanced but listed with the reason and the area they state:
    for each layer the rows are those balanced and those listed, and the area is that of the
    balanced outlines and the stated area of the listed rows. In the plan the ground of a listed
    parcel keeps its present use. A land-use code that is a number counts as not classified.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    level
        Level of the classes: 1, 2 or 3.
    population
        Residents of the present and of the plan. Without it those of the layer ``population``,
        if it is complete; they say nothing of the plan.
    unit
        Layer of areas for which the balance is drawn up too, such as ``subdistricts``.

    Returns
    -------
    WorkspaceBalance

    Raises
    ------
    WorkspaceError
        The workspace has neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured.
    SchemaError
        More than one edition, codes of the third land survey, or a population that does not
        fit.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     balance = balance_parcels(write_sample(folder + "/town").folder)
    >>> float(balance.total["present_ha"]), int(balance.reconciled.loc["parcels", "rows"])
    (480.0, 64)
    """
    opened = None if workspace is None else open_workspace(workspace)
    land, parcels = read_layer("land_use", opened), read_layer("parcels", opened)
    uses, plots = part_usable(land, "land_use"), part_usable(parcels, "parcels")
    if not land.geometry.notna().any():
        read_parcels(opened)  # says what to do where there are none
        present, planned, boundary = _some(plots), None, None
    else:
        present = _some(uses)
        planned = planned_uses(present, plots.usable) if len(plots.usable) else None
        district = read_layer("district", opened)
        whole = land.attrs["completeness"] == "complete" and district.geometry.notna().all()
        boundary = district if whole else None
    heads, told = _heads(opened, list(population), 1 if planned is None else 2)
    balance = land_balance(
        present,
        planned,
        heads,
        level=level,
        units=None if unit is None else read_layer(unit, opened),
        boundary=boundary,
        rules=BalanceRules(edition=edition_of(land, parcels)),
    )
    if not told:
        # Today's residents are not those of the plan.
        gone = ["planned_m2_per_head"]
        balance = replace(
            balance,
            table=balance.table.drop(columns=gone, errors="ignore"),
            total=balance.total.drop(gone, errors="ignore"),
        )
    return _with_the_listed(balance, [part for part in (uses, plots) if part.ledger["rows"]])


def _with_the_listed(balance: LandBalance, parts: Sequence[Parted]) -> WorkspaceBalance:
    ledgers = {part.layer: part.ledger for part in parts}
    rows = [fault for part in parts for fault in part.faults[: len(part.left_out)]]
    numbers = [fault for part in parts for fault in part.faults[len(part.left_out) :]]
    return WorkspaceBalance(
        **vars(balance),
        left_out=pd.concat([part.left_out for part in parts], ignore_index=True),
        faults=(*rows, *numbers),
        reconciled=pd.DataFrame(ledgers).T.rename_axis("layer"),
    )


def _some(parted: Parted) -> gpd.GeoDataFrame:
    """Return the usable rows of a layer that must have some."""
    if not len(parted.usable):
        listed = parted.left_out["parcel"]
        ids = ", ".join(listed.head(_SHOWN)) + (" …" if len(listed) > _SHOWN else "")
        facts = {"layer": parted.layer, "count": len(listed), "ids": ids}
        raise GeometryError("parcels_none_usable", facts)
    return parted.usable


def _heads(
    workspace: Place, population: list[float], dates: int
) -> tuple[list[float] | None, bool]:
    """Residents of each date, and whether somebody told those of the last one."""
    if len(population) == dates:
        return population, True
    if population:
        return population * dates if len(population) == 1 else population, False
    layer = read_layer("population", workspace)
    known = layer.attrs["completeness"] == "complete" and len(layer) > 0
    total = float(layer["population"].sum()) if known else 0.0
    return ([total] * dates, False) if total > 0 else (None, False)
