"""The plan as geometry: layers, their evidence, the recipes behind them, and the check.

Read with `read_layer` or, opened once, from a `Dataset`; look over with `check`. The district's own
files come in by `erdao_gis.intake`.
"""

from erdao_gis.catalogue.checking import Report, check
from erdao_gis.catalogue.dataset import (
    SCENES,
    STATISTICS,
    Dataset,
    Place,
    read_layer,
    shipped_layer,
)
from erdao_gis.catalogue.deriving import (
    Change,
    Derivation,
    derive,
    write_derivation,
    write_layers,
)
from erdao_gis.catalogue.held_frames import own_frames
from erdao_gis.catalogue.placing import Placing, placing_of
from erdao_gis.catalogue.provenance import JoinedTable, LayerRecord, supply_record
from erdao_gis.catalogue.recipes import Recipe, read_facts, read_recipes
from erdao_gis.catalogue.schema import (
    Column,
    Layer,
    Source,
    code_lists,
    layer_names,
    layer_schema,
    sources,
)
from erdao_gis.catalogue.supplying import change_layer, write_supplied
from erdao_gis.catalogue.workspace import Workspace, create_workspace, open_workspace

__all__ = [
    "SCENES",
    "STATISTICS",
    "Change",
    "Column",
    "Dataset",
    "Derivation",
    "JoinedTable",
    "Layer",
    "LayerRecord",
    "Place",
    "Placing",
    "Recipe",
    "Report",
    "Source",
    "Workspace",
    "change_layer",
    "check",
    "code_lists",
    "create_workspace",
    "derive",
    "layer_names",
    "layer_schema",
    "open_workspace",
    "own_frames",
    "placing_of",
    "prepare_import",
    "read_facts",
    "read_layer",
    "read_recipes",
    "shipped_layer",
    "sources",
    "supply_record",
    "write_derivation",
    "write_layers",
    "write_supplied",
]
