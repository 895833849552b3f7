"""What every reader hands over: the file's rows as they are, with what is wrong with each."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from erdao_gis.errors import Finding

Geometries = npt.NDArray[Any]


class UnusableError(Exception):
    """One row cannot be used; caught by the reader, which lists it."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass
class RawLayer:
    """Rows of a file before typing and screening.

    Parameters
    ----------
    driver, encoding
        What the file is, and how its texts are encoded.
    rows
        Features in the file: each ends as a feature or as a reject.
    columns
        Values by column name, one a row, None where there is none.
    geometries
        Shapes by row, None where there is none; None as a whole for a table without places.
    named_crs
        As the file states it: WKT, a code, PROJJSON; None when it does not. Not yet parsed, so
        that a user can put right what cannot be.
    assumed_crs
        What the format implies where neither file nor user say more.
    textual
        Whether all values are text that may stand for numbers (CSV).
    texts
        Columns whose values stay text exactly as written, whatever they look like.
    lower
        Of headings joined from two rows, the lower part.
    uncomputed
        Addresses of formulas without a stored value.
    faults
        Rows that cannot be used, with the reason; the first one of a row counts.
    notes
        What is worth knowing about rows that are kept.
    """

    driver: str
    encoding: str
    rows: int
    columns: dict[str, list[Any]]
    geometries: Geometries | None
    named_crs: object = None
    assumed_crs: str | None = None
    textual: bool = False
    texts: tuple[str, ...] = ()
    lower: dict[str, str] = field(default_factory=dict)
    uncomputed: list[str] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def geometry_array(shapes: list[Any]) -> Geometries:
    """Put shapes and Nones into an array without numpy looking into them."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
