"""Parcels of a workspace: drafted, told, checked and balanced against the catalogue's layers.

:func:`draft_areas`, :func:`facts_of_parcels`, :func:`check_parcels` and :func:`balance_parcels`
read the layers and call the pure functions of :mod:`erdao_gis.analysis`; :func:`write_draft`,
:func:`write_facts`, :func:`write_check` and :func:`write_balance` put the answers into workbooks
whose text can never become a formula, and into GeoPackages with full Chinese headings.
"""

from erdao_gis.parcels.reading import edition_of, planned_uses, read_parcels, surroundings
from erdao_gis.parcels.working import (
    AreaDraft,
    LimitCheck,
    ParcelFacts,
    balance_parcels,
    check_parcels,
    draft_areas,
    facts_of_parcels,
)
from erdao_gis.parcels.writing import write_balance, write_check, write_draft, write_facts

__all__ = [
    "AreaDraft",
    "LimitCheck",
    "ParcelFacts",
    "balance_parcels",
    "check_parcels",
    "draft_areas",
    "edition_of",
    "facts_of_parcels",
    "planned_uses",
    "read_parcels",
    "surroundings",
    "write_balance",
    "write_check",
    "write_draft",
    "write_facts",
]
