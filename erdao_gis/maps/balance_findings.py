"""What the audit of a land balance found, and how its sums hang together, as data of its page."""

import math
from collections.abc import Iterable, Mapping

import geopandas as gpd

from erdao_gis.analysis import LandBalance
from erdao_gis.catalogue import layer_schema
from erdao_gis.parcels import WorkspaceBalance
from erdao_gis.wording import words

__all__ = ["account_lines", "finding_lines", "reconciled_record"]

_ACCOUNT = (
    "parcels", "sum_m2", "ground_m2", "overlap_m2", "gap_m2", "uncovered_m2", "rounding_m2",
)  # fmt: skip


def finding_lines(
    balance: WorkspaceBalance, frames: Mapping[str, gpd.GeoDataFrame]
) -> Iterable[dict[str, object]]:
    """Yield what the audit found, then the rows that could not be balanced.

    Parameters
    ----------
    balance
        A balance of any level.
    frames
        What is balanced, by date.

    Yields
    ------
    dict
        Date and kind, ids, the positions of those that are balanced, square metres as text.
        Nothing where nothing was found.
    """
    positions = {
        date: {str(key): at for at, key in enumerate(f.index)} for date, f in frames.items()
    }
    for row in balance.audit.itertuples(index=False):
        known = positions[str(row.date)]
        ids = [str(row.ids)] if str(row.ids) in known else str(row.ids).split(";")
        yield {
            "date": str(row.date),
            "kind": str(row.kind),
            "found": str(row.found),
            "ids": ids,
            "at": [known[each] for each in ids if each in known],
            "m2": _grouped(float(str(row.area_m2)), 2),
        }
    listed = balance.left_out
    stated = listed["area_m2"].astype(float).tolist()
    # Faults of the codes that are numbers follow; those parcels are balanced as not classified.
    for parcel, m2, fault in zip(listed["parcel"], stated, balance.faults, strict=False):
        yield {
            "date": "",
            "kind": "left_out",
            "ids": [str(parcel)],
            "at": [],
            "m2": _grouped(m2, 2) if math.isfinite(m2) else None,
            "why": {"zh": fault.message("zh"), "en": fault.message("en")},
        }


def _grouped(value: float, decimals: int) -> str:
    return f"{round(float(value), decimals) + 0.0:,.{decimals}f}"


def account_lines(balance: LandBalance) -> list[list[object]]:
    """Return how the sums hang together: word, then the figure of each date.

    Parameters
    ----------
    balance
        A balance of any level.
    """
    ledger = balance.ledger
    return [
        [
            f"account_{name}",
            [_grouped(value, 0 if name == "parcels" else 2) for value in ledger[name]],
        ]
        for name in _ACCOUNT
    ]


def reconciled_record(balance: WorkspaceBalance) -> dict[str, object]:
    """Return rows and areas before the balance against those after it, for each layer.

    Parameters
    ----------
    balance
        A balance of any level.
    """
    table, known = balance.reconciled, words("parcels")
    layers = [layer_schema(str(name)) for name in table.index]
    return {
        "layers": [{"zh": layer.title_zh, "en": layer.title_en} for layer in layers],
        "lines": [
            [
                known[f"reconciled_{name}"],
                [
                    _grouped(value, 2 if str(name).endswith("_m2") else 0)
                    if math.isfinite(value)
                    else None
                    for value in table[name].astype(float)
                ],
            ]
            for name in table.columns
        ],
    }
