"""Look at a file of the district's own before it goes into a workspace.

Preparing reads the file, fits its columns to the layer's, guards its datum and tells what would
change, writing nothing. Outlines replace the layer; a table without places is joined by code to
the outlines that the workspace has. `erdao_gis.intake.applying` then puts it in.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.checking import layer_faults
from erdao_gis.catalogue.dataset import Dataset
from erdao_gis.catalogue.operations import heirs_of_codes, require_no_operations
from erdao_gis.catalogue.provenance import supply_record
from erdao_gis.catalogue.schema import Layer, layer_schema
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import DatumFit
from erdao_gis.errors import Fault, Finding, SchemaError, message_text
from erdao_gis.intake.carrying import Carried, carry_over, joined_columns
from erdao_gis.intake.doubtful_values import difference, doubts_of
from erdao_gis.intake.fitting import Fitted, fit_rows
from erdao_gis.intake.joining import NearCodes, TableJoin, join_rows
from erdao_gis.intake.known_names import rows_with_known_names
from erdao_gis.intake.land_uses import (
    LandUses,
    require_sayings,
    uses_of_outlines,
    uses_of_table,
)
from erdao_gis.intake.lost_codes import lost_codes, with_near_codes
from erdao_gis.intake.mapping import Matched
from erdao_gis.intake.outlines import completed_rows, guarded_shapes
from erdao_gis.intake.preview import ImportOptions, PreparedImport, listed
from erdao_gis.intake.reading import read_for_layer
from erdao_gis.intake.replacing import bounds_that_meet, replaced_values
from erdao_gis.land_use.file_edition import mixed_editions
from erdao_gis.land_use.written_codes import padded_codes
from erdao_gis.plan import read_plan

_NAMED = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """What is to be imported as what."""

    workspace: Workspace
    layer: Layer
    before: gpd.GeoDataFrame
    "The layer as it is."
    supplied: gpd.GeoDataFrame | None
    "What of it the district supplied."
    file: Path
    options: ImportOptions
    matched: Matched


@dataclass(frozen=True, kw_only=True, eq=False)
class _Taken:
    """What the layer would be with the file in it."""

    frame: gpd.GeoDataFrame
    spoken: gpd.GeoDataFrame
    "The features of it that the file speaks of."
    before: gpd.GeoDataFrame
    fitted: Fitted
    uses: LandUses
    carried: Carried | None = None
    named: tuple[Finding, ...] = ()
    "What is to be said of features told apart by name."
    faults: tuple[Fault, ...] = ()
    rejects: tuple[Finding, ...] = ()
    fit: DatumFit | None = None
    join: TableJoin | None = None
    near: NearCodes | None = None


def prepare_import(
    workspace: Workspace, path: Path | str, layer_name: str, options: ImportOptions
) -> PreparedImport:
    """Read a file as a layer of the workspace and tell what importing it would change.

    A file with places replaces the layer (of a plan layer: the features it has). A table without
    places is joined by its codes to the features that were supplied before: its cells fill
    theirs, and a cell without a value changes nothing.

    Parameters
    ----------
    workspace
        Read only.
    path
        GeoPackage, shapefile, GeoJSON, GeoParquet, CSV, XLSX or DBF.
    layer_name
        One of `layer_names`.
    options
        What the person says of the file.

    Raises
    ------
    FormatError, UnsafeInputError
        The file cannot be read safely.
    CRSError, DatumError
        Its coordinates are not what they claim to be.
    SchemaError
        A stated column, unit or edition is not there, a mapping file is damaged, or a table has
        no codes or nothing to be joined to.
    WorkspaceError
        Outlines for a layer whose splits and mergers are recorded.
    """
    layer, file = layer_schema(layer_name), Path(path)
    require_sayings(layer, options)
    base = workspace.supplied_path(layer_name)
    base_sha256 = hashlib.sha256(base.read_bytes()).hexdigest() if base.exists() else ""
    table, matched = read_for_layer(layer, file, workspace, options)
    there = Dataset.open(workspace, replacing=layer_name)
    asked = _Asked(
        workspace=workspace,
        layer=layer,
        before=there.layer(layer_name),
        supplied=there.supplied(layer_name),
        file=file,
        options=options,
        matched=matched,
    )
    placed = isinstance(table.frame, gpd.GeoDataFrame)
    if placed:
        require_no_operations(workspace, layer_name, closing=options.close_lineage)
    lost = lost_codes(table.frame, matched)
    sound = table.frame.loc[~table.frame.index.isin([each.row + 1 for each in lost])]
    taken = _outlines(asked, gpd.GeoDataFrame(sound)) if placed else _joined(asked, sound)
    rows = {str(code).strip(): int(str(row)) for row, code in taken.fitted.rows["id"].items()}
    doubts = doubts_of(layer, taken.spoken, matched.pairs)
    notes = list(matched.notes)
    dashes = taken.fitted.dashes.items()
    notes += [
        Finding(-1, "dash_for_nothing", {"heading": heading, "number": number})
        for heading, number in dashes
        if number
    ]
    notes += taken.fitted.words
    if taken.fitted.padded:
        pairs = "；".join(f"{pair} ({number})" for pair, number in taken.fitted.padded.items())
        notes.append(Finding(-1, "codes_padded", {"pairs": pairs}))
    retyped = taken.join.retyped if taken.join else ()
    notes += [Finding(-1, "column_became_text", {"column": name}) for name in retyped]
    notes += [replace(each, row=rows.get(each.feature, 0) - 1) for each in doubts]
    notes += taken.uses.notes
    notes += taken.named
    notes += [replace(each, row=rows.get(each.feature, 0) - 1) for each in _meeting(layer, taken)]
    notes += mixed_editions(taken.frame)
    own = (*layer.column_names, "geometry")
    upsert = layer.role == "plan" and placed
    added, changed, removed, same = difference(taken.before, taken.frame, upsert=upsert)
    return PreparedImport(
        layer=layer_name,
        path=file,
        frame=taken.frame,
        rejects=listed(with_near_codes(listed(table.rejects, lost), taken.near), taken.rejects),
        warnings=listed(_still_true(table.warnings, taken.fitted, matched), notes),
        faults=(*taken.fitted.faults, *taken.faults, *_faults(layer, taken.frame, file.name)),
        matched=matched,
        kept=tuple(name for name in taken.fitted.rows.columns if name not in own),
        filled=tuple(
            str(name) for name in taken.fitted.rows if taken.fitted.rows[name].notna().any()
        ),
        datum_fit=taken.fit,
        join=taken.join,
        rows_in=table.features_in,
        translated=taken.uses.translated,
        edition=taken.uses.edition,
        codes_kept=taken.uses.kept,
        replaced=_replaced(layer, taken),
        carried=taken.carried,
        limits_read=taken.fitted.limits_read,
        added=added,
        changed=changed,
        removed=removed,
        unchanged=same,
        base_sha256=base_sha256,
        options=options,
    )


def _still_true(warnings: pd.DataFrame, fitted: Fitted, matched: Matched) -> pd.DataFrame:
    """Leave out that a column was read as text, where all its figures were then understood."""
    understood = [
        message_text("column_mixes_types", {"column": pair.heading}, "en")
        for pair in matched.pairs
        if pd.api.types.is_float_dtype(fitted.rows[pair.column])
    ]
    return warnings.loc[~warnings["reason_en"].isin(understood)]


def _fitted(asked: _Asked, frame: pd.DataFrame) -> Fitted:
    """Bring rows into the layer's columns; codes get their zero back where that was asked for."""
    fitted = fit_rows(asked.layer, frame, asked.matched, file=asked.file.name)
    if not asked.options.pad_codes:
        return fitted
    rows, padded = padded_codes(fitted.rows, edition=asked.options.edition)
    return replace(fitted, rows=rows, padded=padded)


def _outlines(asked: _Asked, frame: gpd.GeoDataFrame) -> _Taken:
    """Let the features of the file take the place of the layer's."""
    options, layer = asked.options, asked.layer
    shapes, fit = guarded_shapes(
        frame,
        asked.workspace,
        datum=options.datum,
        accept_far=options.accept_datum,
        what=asked.file.name,
    )
    headings = frame.drop(columns="geometry")
    fitted = _fitted(asked, pd.DataFrame(headings))
    supplied = asked.supplied
    rows, named = rows_with_known_names(layer, fitted.rows, fictional=asked.workspace.fictional)
    uses = uses_of_outlines(layer, rows, asked.matched, options, supplied)
    said = {"source": options.source, "datum": options.datum, "as_of": options.as_of}
    whole = completed_rows(layer, uses.rows, shapes.geometry, said)
    carried = carry_over(
        supplied,
        whole,
        uses.said.set_index("id"),
        () if supplied is None else joined_columns(_record(asked), supplied),
        edition=options.edition,
        replace=options.replace,
    )
    if layer.role == "plan":
        carried = replace(carried, lost=())  # features that the file lacks stay
    # A base layer that was only shipped is replaced whole: nothing of it is removed.
    kept = layer.role == "plan" or supplied is not None
    before = asked.before if kept else asked.before.iloc[:0]
    return _Taken(
        frame=carried.frame,
        spoken=carried.frame,
        before=before,
        fitted=replace(fitted, rows=uses.said),
        uses=uses,
        carried=carried,
        named=tuple(named),
        fit=fit,
    )


def _record(asked: _Asked) -> Mapping[str, str]:
    return supply_record(asked.layer.name, asked.workspace)


def _joined(asked: _Asked, frame: pd.DataFrame) -> _Taken:
    """Let the rows of the table fill the features that have their codes."""
    layer, file = asked.layer, asked.file.name
    headings = {"file": file, "headings": ", ".join(map(str, frame.columns))}
    supplied = asked.supplied
    if supplied is None or supplied.empty:
        raise SchemaError("table_without_places", headings | {"layer": layer.name})
    if asked.matched.pair_of("id") is None:
        raise SchemaError("table_without_codes", headings)
    fitted = _fitted(asked, frame)
    uses = uses_of_table(layer, fitted.rows, asked.matched, asked.options, supplied)
    join = join_rows(supplied, uses.rows)
    codes = {row: code for row, (code, _) in join.unmatched.items()}
    rejects: list[Finding] = []
    heirs = heirs_of_codes(asked.workspace, layer.name)
    for row, (code, near) in join.unmatched.items():
        key = "row_unmatched_near" if near else "row_unmatched" if code else "row_without_code"
        key = "row_retired" if code in heirs else key
        known = _some(heirs.get(code, ())) if code in heirs else ", ".join(near)
        rejects.append(Finding(row - 1, key, {"code": code, "near": known}, feature=code))
    faults = [
        Fault(
            file=file,
            feature=code,
            rule="code_in_several_rows",
            facts={"number": len(rows), "rows": _some(rows)},
        )
        for code, rows in join.repeated.items()
    ]
    if not join.ledger["joined"] and not join.repeated:
        facts = {
            "rows": len(frame),
            "codes": _some(codes.values()) or "–",
            "features": _some(supplied.index),
        }
        faults.append(Fault(file=file, feature="", rule="join_no_match", facts=facts))
    spoken = join.frame.loc[join.frame.index.difference([*join.without_row, *join.repeated])]
    return _Taken(
        frame=join.frame,
        spoken=spoken,
        before=supplied,
        fitted=replace(fitted, rows=uses.rows),
        uses=uses,
        faults=tuple(faults),
        rejects=tuple(rejects),
        join=join,
        near=NearCodes(supplied.index),
    )


def _replaced(layer: Layer, taken: _Taken) -> pd.DataFrame:
    """List what stands in the place of other values; nothing where ids are repeated."""
    before, after = taken.before, taken.frame
    if before.index.has_duplicates or after.index.has_duplicates:
        before = before.iloc[:0]
    # What the person says of a whole file is in the record, not a value of each feature.
    passed_over = {"source", "as_of", "datum"} - set(taken.fitted.rows.columns)
    return replaced_values(layer.name, before, after, passed_over=sorted(passed_over))


def _meeting(layer: Layer, taken: _Taken) -> Iterator[Finding]:
    """Find limits of which this file set one side against the other, which was there before."""
    if taken.join is None:
        return
    given = taken.uses.rows.set_index("id")
    given.index = [str(key).strip() for key in given.index]
    by_code = {str(key).strip(): key for key in taken.spoken.index}
    spoken = given[given.index.isin(by_code) & ~given.index.duplicated(keep=False)]
    spoken.index = [by_code[key] for key in spoken.index]
    yield from bounds_that_meet(layer, taken.frame, spoken)


def _some(items: Iterable[object]) -> str:
    """List the first few."""
    texts = [str(item) for item in items]
    return ", ".join(texts[:_NAMED]) + (" …" if len(texts) > _NAMED else "")


def _faults(layer: Layer, frame: gpd.GeoDataFrame, file: str) -> Iterator[Fault]:
    """Find what forbids taking the rows as this layer."""
    if frame.empty:
        yield Fault(file=file, feature="", rule="nothing_usable")
    yield from layer_faults(layer, frame)
    if layer.role != "plan":
        return
    homes = {element.id: element.layer for element in read_plan().elements}
    for key, register_id in frame["register_id"].items():
        if homes.get(str(key)) != layer.name or register_id != key:
            facts = {"register_id": register_id, "layer": layer.name}
            yield Fault(file=file, feature=str(key), rule="not_of_the_plan", facts=facts)
