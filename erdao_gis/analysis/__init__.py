"""Measures: frames and scenes in, named figures on the same index out.

All are pure functions. Lengths and areas are taken in EPSG:4551, in metres; degrees, Web
Mercator and mixed systems are refused. A figure never claims more than its layers: NaN is "no
data", and ``attrs["state"]`` says ``value``, ``lower_bound`` (a layer is partial; minutes have an
``upper_bound``) or ``no_data``; ``attrs["unmeasured"]`` lists the units without a figure, and
of walks ``attrs["cut_off"]`` those that no street joins to a facility (:func:`cut_off_faults`).

================================  ==========================================================
:func:`service_coverage`          share of units within reach of facilities, straight line
:func:`walk_coverage`             the same on foot; :func:`walk_minutes`, :func:`walk_catchment`
:func:`green_ratio`               green land over land (绿地率), from polygons
:func:`green_cover`               ground under vegetation (绿化覆盖率), from imagery
:func:`corridor_share`            share of units along lines
:func:`area_within`               land within units, m2
:func:`length_within`             lines within units, m
:func:`land_use_mix`              how mixed the land use is
================================  ==========================================================

Parcels: :func:`draft_parcels`, :func:`parcel_facts`, :func:`parcel_crossings`,
:func:`parcel_intensity`, :func:`check_limits`, :func:`audit_parcels`, :func:`land_balance`,
:func:`split_parcel`, :func:`merge_parcels`, :func:`lineage`.

A balance at several levels or within several units measures its ground once, with
:func:`balance_ground` and :func:`units_ground`, and sums it with :func:`balance_at` and
:func:`balance_within`.
"""

from erdao_gis.analysis.balance.dated_parcels import BalanceRules
from erdao_gis.analysis.balance.ground import BalanceGround, balance_ground, units_ground
from erdao_gis.analysis.balance.land_balance import (
    LandBalance,
    LevelBalance,
    balance_at,
    balance_within,
    land_balance,
)
from erdao_gis.analysis.corridors import area_within, corridor_share, length_within
from erdao_gis.analysis.coverage import service_coverage
from erdao_gis.analysis.cut_off import cut_off_by_streets, cut_off_faults
from erdao_gis.analysis.draft.drafting import Draft, DraftRules, draft_parcels
from erdao_gis.analysis.facts.audit import AuditRules, ParcelAudit, audit_parcels
from erdao_gis.analysis.facts.crossed_lines import (
    CROSSED_BY,
    crossing_faults,
    crossing_figures,
    parcel_crossings,
)
from erdao_gis.analysis.facts.frontage import parcel_frontage
from erdao_gis.analysis.facts.intensity import parcel_intensity
from erdao_gis.analysis.facts.limit_breaches import check_limits
from erdao_gis.analysis.facts.memberships import parcel_memberships
from erdao_gis.analysis.facts.parcel_facts import MU_M2, FactRules, parcel_facts
from erdao_gis.analysis.green_land import green_ratio
from erdao_gis.analysis.land_use_mix import land_use_mix
from erdao_gis.analysis.lineage.ancestry import lineage, parcels_on
from erdao_gis.analysis.lineage.compared_states import compare_parcels
from erdao_gis.analysis.lineage.split_and_merge import (
    ParcelBook,
    merge_parcels,
    open_book,
    renumber,
    split_parcel,
)
from erdao_gis.analysis.scenes import QualityBand, Scene
from erdao_gis.analysis.street_network import WalkingGraph, walking_graph
from erdao_gis.analysis.vegetation import green_cover
from erdao_gis.analysis.walking import walk_catchment, walk_coverage, walk_minutes

__all__ = [
    "CROSSED_BY",
    "MU_M2",
    "AuditRules",
    "BalanceGround",
    "BalanceRules",
    "Draft",
    "DraftRules",
    "FactRules",
    "LandBalance",
    "LevelBalance",
    "ParcelAudit",
    "ParcelBook",
    "QualityBand",
    "Scene",
    "WalkingGraph",
    "area_within",
    "audit_parcels",
    "balance_at",
    "balance_ground",
    "balance_within",
    "check_limits",
    "compare_parcels",
    "corridor_share",
    "crossing_faults",
    "crossing_figures",
    "cut_off_by_streets",
    "cut_off_faults",
    "draft_parcels",
    "green_cover",
    "green_ratio",
    "land_balance",
    "land_use_mix",
    "length_within",
    "lineage",
    "merge_parcels",
    "open_book",
    "parcel_crossings",
    "parcel_facts",
    "parcel_frontage",
    "parcel_intensity",
    "parcel_memberships",
    "parcels_on",
    "renumber",
    "service_coverage",
    "split_parcel",
    "units_ground",
    "walk_catchment",
    "walk_coverage",
    "walk_minutes",
    "walking_graph",
]
