"""Which editions of land-use classes there are: the rows of ``layers/land_use/editions.csv``."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from erdao_gis.errors import SchemaError
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition of a land-use classification; its classes are in ``classes_<edition>.csv``."""

    edition: str
    "As the column ``edition`` of a layer says it."
    title: Pair
    classification: Pair
    "Which classification it is an edition of."


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {row.edition: row for row in shipped_rows("land_use/editions", Edition)}
)
"""Editions that can be told apart by name, the present one first, in the order of the table."""

PRESENT_EDITION = next(iter(EDITIONS))
"""The edition that holds where nothing else is said."""


def require_edition(edition: str) -> str:
    """Return ``edition`` if it is one of :data:`EDITIONS`.

    Raises
    ------
    SchemaError
        Another one.
    """
    if edition not in EDITIONS:
        facts = {"edition": edition, "names": ", ".join(EDITIONS)}
        raise SchemaError("parcels_unknown_edition", facts)
    return edition
