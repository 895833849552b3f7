"""What a person says of a file, and what importing it would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.crs import DatumFit
from erdao_gis.errors import Fault, Finding, message_text
from erdao_gis.intake.carrying import Carried
from erdao_gis.intake.joining import TableJoin
from erdao_gis.intake.mapping import HeadingMatch, Matched
from erdao_gis.land_use.file_edition import FileEdition

_LISTED = ["row", "id", "reason_zh", "reason_en"]


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the person importing says about the file."""

    datum: str = "CGCS2000"
    "CGCS2000, WGS84 (counted as equal), GCJ-02 or BD-09; the last two are converted."
    columns: Mapping[str, str] = field(default_factory=dict)
    "Heading -> ``column``, ``column:unit``, or nothing to leave it under its own name."
    mapping: Path | str | None = None
    "File of such pairs: CSV or XLSX with the columns heading, column, unit."
    crs: str | None = None
    "CRS of a file that carries none, such as EPSG:4551."
    inner_layer: str | None = None
    "Layer inside the file (GeoPackage), or sheet of a workbook."
    header_row: int | None = None
    "Row of a CSV or sheet that holds the headings, from 1; found when left out."
    pad_codes: bool = False
    "Put the zero back before land-use codes that are none without it and one with it."
    source: str = ""
    "Who supplied it, in words."
    as_of: str = ""
    "Date or year of the data."
    accept_datum: bool = False
    "Take a line layer that lies far from the trusted lines, after looking at it."
    partial: bool = False
    "True if the file covers only part of the district: ratios over it are then lower bounds."
    close_lineage: bool = False
    "Let outlines replace a layer whose splits and mergers are recorded; the record is closed."
    edition: str = ""
    "Edition of the land-use codes where the file does not say it, one of `EDITIONS`."
    replace: Sequence[str] = ()
    """Columns in which the file wins: ``land_use_code`` over the layer's valid codes; with
    outlines also columns that were joined, where the file says nothing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedImport:
    """A file ready to be imported, and what that would change."""

    layer: str
    path: Path
    frame: gpd.GeoDataFrame
    "EPSG:4551, index id: the layer as it would be (of a plan layer: the features of the file)."
    rejects: pd.DataFrame
    "Features or rows of the file that cannot be taken: row, id, reason_zh, reason_en."
    warnings: pd.DataFrame
    "The same columns, on what was taken but should be looked at; row 0 is the whole file."
    faults: tuple[Fault, ...]
    "What is wrong with it; an import with faults is not applied."
    matched: Matched
    "Headings with their columns and units, and where each pair comes from."
    kept: tuple[str, ...]
    "Headings kept under their own name."
    filled: tuple[str, ...]
    "All columns in which the file has a value."
    datum_fit: DatumFit | None
    "What the datum guard found; None in a fictional town and for a table."
    join: TableJoin | None
    "How the rows of a table met the features; None for outlines."
    rows_in: int
    "Rows of the file."
    translated: Mapping[str, int]
    "Land-use classes given by name that became codes, with their number."
    edition: FileEdition
    "In which edition codes were read where their row does not say it."
    codes_kept: pd.DataFrame
    "Land-use codes that a joined table did not change: id, layer, table, why."
    replaced: pd.DataFrame
    "Values in the place of others: id, column, old, new (None if gone), looser (of a limit)."
    carried: Carried | None
    "What earlier tables said and new outlines do not; None for a table."
    limits_read: int
    "Texts such as ≤2.5 that became figures."
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    base_sha256: str
    "Of the layer's file as it was looked at; empty if there was none."
    options: ImportOptions

    @property
    def mapped(self) -> Mapping[str, str]:
        """Heading in the file -> column of the layer."""
        return {pair.heading: pair.column for pair in self.matched.pairs}

    @property
    def pairs(self) -> tuple[HeadingMatch, ...]:
        """Headings with column, unit and where the pair comes from."""
        return self.matched.pairs

    @property
    def features_without_row(self) -> tuple[str, ...]:
        """Features that a joined table does not speak of; empty for outlines."""
        return self.join.without_row if self.join else ()

    @property
    def replaced_by_column(self) -> Mapping[str, int]:
        """Column -> number of values that are replaced, most first."""
        counts = self.replaced["column"].value_counts()
        return {str(name): int(number) for name, number in counts.items()}

    @property
    def ledger(self) -> Mapping[str, int]:
        """Rows and features counted so that both sides close.

        A table: rows = joined + unmatched + repeated + unreadable, and features = joined +
        ambiguous + without_row. Outlines: rows = features + rejected.
        """
        if self.join is None:
            rejected = len(self.rejects)
            return {"rows": self.rows_in, "features": len(self.frame), "rejected": rejected}
        told = self.join.ledger
        return {**told, "rows": self.rows_in, "unreadable": self.rows_in - told["rows"]}

    def datum_note(self, language: str) -> str:
        """Say what the datum guard found; empty where there was nothing to guard."""
        if self.datum_fit is None:
            return ""
        if not self.datum_fit.samples:
            return message_text("datum_not_compared", {}, "zh" if language == "zh" else "en")
        return self.datum_fit.message(language)

    def as_dict(self) -> dict[str, object]:
        """Return the preview as plain values for JSON."""
        repeated = self.join.repeated if self.join else {}
        return {
            "layer": self.layer,
            "file": self.path.name,
            "features_in": len(self.frame) + (0 if self.join else len(self.rejects)),
            "features_out": len(self.frame),
            "joined": self.join is not None,
            "ledger": dict(self.ledger),
            "rejects": self.rejects.astype(object).to_dict("records"),
            "warnings": self.warnings.astype(object).to_dict("records"),
            "faults": [fault.as_dict() for fault in self.faults],
            "mapped": dict(self.mapped),
            "pairs": [pair.as_dict() for pair in self.pairs],
            "kept": list(self.kept),
            "features_without_row": list(self.features_without_row),
            "rows_repeated": {code: list(rows) for code, rows in repeated.items()},
            "translated": dict(self.translated),
            "edition": self.edition.edition,
            "edition_from": self.edition.origin,
            "codes_kept": self.codes_kept.astype(object).to_dict("records"),
            "replaced": _plain(self.replaced),
            "replaced_by_column": dict(self.replaced_by_column),
            "carried": dict(self.carried.cells) if self.carried else {},
            "recoded_kept": list(self.carried.recoded) if self.carried else [],
            "joined_lost": list(self.carried.lost) if self.carried else [],
            "limits_read": self.limits_read,
            "datum": self.options.datum,
            "datum_note": self.datum_note("en"),
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "unchanged": self.unchanged,
        }


def _plain(table: pd.DataFrame) -> list[dict[str, object]]:
    """Give rows as JSON has them."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        {str(name): _json(value) for name, value in row.items()} for row in plain.to_dict("records")
    ]


def _json(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def listed(known: pd.DataFrame, more: Sequence[Finding]) -> pd.DataFrame:
    """Add findings to a list, in the order of the file.

    Parameters
    ----------
    known
        With the columns row, id, reason_zh and reason_en.
    more
        Of rows, and of the file as a whole (row 0 of the list).
    """
    rows = [
        (
            each.row + 1,
            each.feature,
            message_text(each.key, each.facts, "zh"),
            message_text(each.key, each.facts, "en"),
        )
        for each in more
    ]
    added = pd.DataFrame(rows, columns=_LISTED)
    both = pd.concat([table for table in (known, added) if len(table)] or [known])
    return both.sort_values("row", kind="stable").reset_index(drop=True)
