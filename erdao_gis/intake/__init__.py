"""The district's own files brought in: read, matched, fitted, settled and put into a workspace.

`prepare_import` looks at a file and says what importing it would change; `apply_import` does it,
whole or not at all, and `undo_import` takes it back.
"""

from erdao_gis.intake.applying import apply_import, undo_import
from erdao_gis.intake.importing import prepare_import
from erdao_gis.intake.joining import TableJoin
from erdao_gis.intake.preview import ImportOptions, PreparedImport
from erdao_gis.intake.templates import write_templates

__all__ = [
    "ImportOptions",
    "PreparedImport",
    "TableJoin",
    "apply_import",
    "prepare_import",
    "undo_import",
    "write_templates",
]
