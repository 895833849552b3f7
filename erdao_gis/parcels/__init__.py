"""Parcels of a workspace: drafted, told, checked and balanced against the catalogue's layers.

:func:`draft_areas`, :func:`facts_of_parcels`, :func:`check_parcels` and :func:`balance_parcels`
read the layers and call the pure functions of :mod:`erdao_gis.analysis`; :func:`write_draft`,
:func:`write_facts`, :func:`write_check` and :func:`write_balance` put the answers into workbooks
whose text can never become a formula, and into GeoPackages with full Chinese headings.

:func:`record_split`, :func:`record_merger` and :func:`record_renumbering` change the parcels and
keep what was done; :func:`family_of` and :func:`compare_dates` ask it, :func:`compare` holds two
places against each other, and :func:`recode_parcels` translates land-use codes. Each change is
one step that ``erdao undo`` takes back.
"""

from erdao_gis.parcels.answers import write_balance, write_check, write_draft, write_facts
from erdao_gis.parcels.balance.balance_tables import balance_table
from erdao_gis.parcels.balance.place_balance import PlaceBalance, WorkspaceBalance, balance_parcels
from erdao_gis.parcels.balance.planned_ground import planned_uses
from erdao_gis.parcels.draft.area_draft import AreaDraft, draft_areas
from erdao_gis.parcels.facts.facts_of_place import ParcelFacts, facts_of_parcels
from erdao_gis.parcels.facts.limit_check import LimitCheck, check_parcels
from erdao_gis.parcels.facts.precision import cannot_tell, facts_borne
from erdao_gis.parcels.facts.surroundings import surroundings
from erdao_gis.parcels.lineage.books import read_book
from erdao_gis.parcels.lineage.compared_ground import changed_ground
from erdao_gis.parcels.lineage.comparison import (
    Comparison,
    compare,
    compare_dates,
    compare_with_file,
)
from erdao_gis.parcels.lineage.comparison_tables import write_comparison
from erdao_gis.parcels.lineage.cut_lines import line_of, read_line
from erdao_gis.parcels.lineage.kinship import Branch, Family, family_of
from erdao_gis.parcels.lineage.recorded_changes import (
    Record,
    record_merger,
    record_renumbering,
    record_split,
)
from erdao_gis.parcels.parcels_of_place import are_assumed, edition_of, read_parcels
from erdao_gis.parcels.recoding.recode import Recoding, recode_parcels

__all__ = [
    "AreaDraft",
    "Branch",
    "Comparison",
    "Family",
    "LimitCheck",
    "ParcelFacts",
    "PlaceBalance",
    "Recoding",
    "Record",
    "WorkspaceBalance",
    "are_assumed",
    "balance_parcels",
    "balance_table",
    "cannot_tell",
    "changed_ground",
    "check_parcels",
    "compare",
    "compare_dates",
    "compare_with_file",
    "draft_areas",
    "edition_of",
    "facts_borne",
    "facts_of_parcels",
    "family_of",
    "line_of",
    "planned_uses",
    "read_book",
    "read_line",
    "read_parcels",
    "recode_parcels",
    "record_merger",
    "record_renumbering",
    "record_split",
    "surroundings",
    "write_balance",
    "write_check",
    "write_comparison",
    "write_draft",
    "write_facts",
]
