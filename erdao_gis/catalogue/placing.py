"""How one element of the plan stands on the map."""

from dataclasses import dataclass

import pandas as pd

from erdao_gis.catalogue.dataset import Place, read_layer
from erdao_gis.catalogue.schema import layer_names
from erdao_gis.plan import Element


@dataclass(frozen=True, kw_only=True)
class Placing:
    """One feature of an element: where it stands, or why nowhere."""

    layer: str
    id: str
    placed: bool
    evidence: str
    "A to D; empty if unplaced."
    accuracy_m: float | None
    reason_zh: str
    "Why it was placed so, or why not."
    reason_en: str

    def as_dict(self) -> dict[str, object]:
        """Return the placing as plain values for JSON."""
        return dict(vars(self))


def placing_of(element: Element, place: Place = None) -> list[Placing]:
    """Tell how an element is placed.

    Parameters
    ----------
    element
        An element of the register.
    place
        Read its layer there; without it the shipped one.

    Returns
    -------
    list of Placing
        One for each feature of the element; empty for what has no place by nature.

    Examples
    --------
    >>> from erdao_gis.plan import read_plan
    >>> [(place.evidence, place.placed) for place in placing_of(read_plan().element("ND07"))]
    [('D', True)]
    """
    if element.layer not in layer_names():
        return []
    frame = read_layer(element.layer, place)
    rows = frame.loc[frame["register_id"] == element.id]

    def text(row: "pd.Series[str]", *names: str) -> str:
        return next((str(row[name]) for name in names if pd.notna(row[name])), "")

    return [
        Placing(
            layer=element.layer,
            id=str(key),
            placed=bool(pd.notna(row["geometry"])),
            evidence=text(row, "evidence"),
            accuracy_m=None if pd.isna(row["accuracy_m"]) else float(row["accuracy_m"]),
            reason_zh=text(row, "reason_zh", "note_zh"),
            reason_en=text(row, "reason_en", "note_en"),
        )
        for key, row in rows.iterrows()
    ]
