"""Look at a file of the district's own before it goes into a workspace.

Preparing reads the file, fits its columns to the layer's, guards its datum and tells what would
change, writing nothing. Outlines replace the layer; a table without places is joined by code to
the outlines that the workspace has. `erdao_gis.catalogue.applying` then puts it in.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.catalogue.checking import layer_faults
from erdao_gis.catalogue.comparing import doubts_of
from erdao_gis.catalogue.fitting import Fitted, fit_rows
from erdao_gis.catalogue.joining import NearCodes, TableJoin, join_rows
from erdao_gis.catalogue.mapping import Matched, match_headings
from erdao_gis.catalogue.mapping_files import read_mapping, said_pairs
from erdao_gis.catalogue.operations import heirs_of_codes, require_no_operations
from erdao_gis.catalogue.outlines import completed_rows, guarded_shapes, numbered_rows
from erdao_gis.catalogue.preview import ImportOptions, PreparedImport, listed
from erdao_gis.catalogue.schema import Layer, layer_schema
from erdao_gis.catalogue.workspace import Workspace, read_layer, read_shipped, read_supplied
from erdao_gis.crs import ERDAO_REGION, DatumFit
from erdao_gis.errors import Fault, FormatError, SchemaError, message_text
from erdao_gis.files import FeatureTable, read_features
from erdao_gis.files.characters import unstorable
from erdao_gis.files.columns import rounded_code
from erdao_gis.plan import read_plan

__all__ = ["prepare_import"]

_NAMED = 3

Reason = tuple[int, str, str, Mapping[str, object]]
"""Row of the file (0: all of it), code, key of the message, its facts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """What is to be imported as what."""

    workspace: Workspace
    layer: Layer
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
    faults: tuple[Fault, ...] = ()
    rejects: tuple[Reason, ...] = ()
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
        A stated column or unit is not there, a mapping file is damaged, or a table has no codes
        or nothing to be joined to.
    WorkspaceError
        Outlines for a layer whose splits and mergers are recorded.
    """
    layer, file = layer_schema(layer_name), Path(path)
    base = workspace.supplied_path(layer_name)
    base_sha256 = hashlib.sha256(base.read_bytes()).hexdigest() if base.exists() else ""
    table = _read(file, layer, workspace, options)
    matched = _matched(layer, table.frame, workspace, options, file.name)
    asked = _Asked(workspace=workspace, layer=layer, file=file, options=options, matched=matched)
    placed = isinstance(table.frame, gpd.GeoDataFrame)
    if placed:
        require_no_operations(workspace, layer_name, closing=options.close_lineage)
    lost = _lost_codes(table.frame, matched)
    sound = table.frame.loc[~table.frame.index.isin([row for row, *_ in lost])]
    taken = _outlines(asked, gpd.GeoDataFrame(sound)) if placed else _joined(asked, sound)
    rows = {str(code).strip(): int(str(row)) for row, code in taken.fitted.rows["id"].items()}
    doubts = doubts_of(layer, taken.spoken, matched.pairs)
    notes: list[Reason] = [(0, "", key, facts) for key, facts in matched.notes]
    dashes = taken.fitted.dashes.items()
    notes += [
        (0, "", "dash_for_nothing", {"heading": heading, "number": number})
        for heading, number in dashes
        if number
    ]
    retyped = taken.join.retyped if taken.join else ()
    notes += [(0, "", "column_became_text", {"column": name}) for name in retyped]
    notes += [(rows.get(d.feature, 0), d.feature, d.key, d.facts) for d in doubts]
    own = (*layer.column_names, "geometry")
    upsert = layer.role == "plan" and placed
    added, changed, removed, same = _compare(taken.before, taken.frame, upsert=upsert)
    return PreparedImport(
        layer=layer_name,
        path=file,
        frame=taken.frame,
        rejects=listed(_hinted(listed(table.rejects, lost), taken.near), taken.rejects),
        warnings=listed(_still_true(table.warnings, taken.fitted, matched), notes),
        faults=(*taken.fitted.faults, *taken.faults, *_faults(layer, taken.frame, file.name)),
        matched=matched,
        kept=tuple(name for name in taken.fitted.rows.columns if name not in own),
        datum_fit=taken.fit,
        join=taken.join,
        rows_in=table.features_in,
        translated=taken.fitted.translated,
        limits_read=taken.fitted.limits_read,
        added=added,
        changed=changed,
        removed=removed,
        unchanged=same,
        base_sha256=base_sha256,
        options=options,
    )


def _read(file: Path, layer: Layer, workspace: Workspace, options: ImportOptions) -> FeatureTable:
    region = None if workspace.fictional else ERDAO_REGION
    try:
        return read_features(file, layer=options.inner_layer, crs=options.crs, region=region)
    except FormatError as error:
        # Of several sheets or layers the one called like the layer is meant, as in a template.
        names = str(error.facts.get("names", "")).split(", ")
        if error.key != "layer_not_named" or layer.name not in names:
            raise
        return read_features(file, layer=layer.name, crs=options.crs, region=region)


def _matched(
    layer: Layer, frame: pd.DataFrame, workspace: Workspace, options: ImportOptions, file: str
) -> Matched:
    said = said_pairs(options.columns)
    if options.mapping is not None:
        said += read_mapping(Path(options.mapping), origin="file")
    kept = workspace.mapping_path(layer.name)
    if kept.exists() or kept.is_symlink():
        said += read_mapping(kept, origin="kept")
    headings = [str(name) for name in frame.columns if name != "geometry"]
    return match_headings(layer, headings, said, file=file)


def _lost_codes(frame: pd.DataFrame, matched: Matched) -> list[Reason]:
    """Find codes that were rounded by a spreadsheet, or would not be read back as they are."""
    pair = matched.pair_of("id")
    if pair is None:
        return []
    values: pd.Series[Any] = frame[pair.heading]
    found: list[Reason] = [
        (int(str(row)), str(value), "code_rounded", {"column": pair.heading, "value": value})
        for row, value in values.items()
        if rounded_code(value)
    ]
    known = {row for row, *_ in found}
    for finding in unstorable("id", values.reset_index(drop=True)):
        row = int(str(frame.index[finding.row]))
        if row not in known:
            facts = {**finding.facts, "column": pair.heading}
            found.append((row, str(facts["value"]), finding.key, facts))
    return found


def _still_true(warnings: pd.DataFrame, fitted: Fitted, matched: Matched) -> pd.DataFrame:
    """Leave out that a column was read as text, where all its figures were then understood."""
    understood = [
        message_text("column_mixes_types", {"column": pair.heading}, "en")
        for pair in matched.pairs
        if pd.api.types.is_float_dtype(fitted.rows[pair.column])
    ]
    return warnings.loc[~warnings["reason_en"].isin(understood)]


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
    fitted = fit_rows(layer, pd.DataFrame(headings), asked.matched, file=asked.file.name)
    rows = numbered_rows(layer, fitted.rows)
    said = {"source": options.source, "datum": options.datum, "as_of": options.as_of}
    whole = completed_rows(layer, rows, shapes.geometry, said)
    supplied = read_supplied(layer.name, asked.workspace)
    if layer.role == "plan" or supplied is not None:
        before = read_layer(layer.name, asked.workspace)
    else:
        before = read_shipped(layer.name).iloc[:0]
    return _Taken(
        frame=whole, spoken=whole, before=before, fitted=replace(fitted, rows=rows), fit=fit
    )


def _joined(asked: _Asked, frame: pd.DataFrame) -> _Taken:
    """Let the rows of the table fill the features that have their codes."""
    layer, file = asked.layer, asked.file.name
    headings = {"file": file, "headings": ", ".join(map(str, frame.columns))}
    supplied = read_supplied(layer.name, asked.workspace)
    if supplied is None or supplied.empty:
        raise SchemaError("table_without_places", headings | {"layer": layer.name})
    if asked.matched.pair_of("id") is None:
        raise SchemaError("table_without_codes", headings)
    fitted = fit_rows(layer, frame, asked.matched, file=file)
    join = join_rows(supplied, fitted.rows)
    codes = {row: code for row, (code, _) in join.unmatched.items()}
    rejects: list[Reason] = []
    heirs = heirs_of_codes(asked.workspace, layer.name)
    for row, (code, near) in join.unmatched.items():
        key = "row_unmatched_near" if near else "row_unmatched" if code else "row_without_code"
        key = "row_retired" if code in heirs else key
        known = _some(heirs.get(code, ())) if code in heirs else ", ".join(near)
        rejects.append((row, code, key, {"code": code, "near": known}))
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
        fitted=fitted,
        faults=tuple(faults),
        rejects=tuple(rejects),
        join=join,
        near=NearCodes(supplied.index),
    )


def _hinted(rejects: pd.DataFrame, near: NearCodes | None) -> pd.DataFrame:
    """Say of rows whose code was rounded which features may have been meant."""
    if near is None or rejects.empty:
        return rejects
    said = {"zh": list(rejects["reason_zh"]), "en": list(rejects["reason_en"])}
    for place, code in enumerate(rejects["id"].astype(str)):
        found = {"near": ", ".join(near.codes(code))}
        if found["near"]:
            said["zh"][place] += message_text("codes_near", found, "zh")
            said["en"][place] += " " + message_text("codes_near", found, "en")
    return rejects.assign(reason_zh=said["zh"], reason_en=said["en"])


def _some(items: Iterable[object]) -> str:
    """List the first few."""
    texts = [str(item) for item in items]
    return ", ".join(texts[:_NAMED]) + (" …" if len(texts) > _NAMED else "")


def _compare(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, upsert: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]:
    """Ids added, changed and removed, and how many stay the same."""
    added = tuple(str(key) for key in after.index.difference(before.index))
    gone = () if upsert else tuple(str(key) for key in before.index.difference(after.index))
    both = after.index.intersection(before.index)
    if after.index.has_duplicates or before.index.has_duplicates or both.empty:
        return added, tuple(str(key) for key in both.unique()), gone, 0
    columns = [name for name in after.columns if name != "geometry"]
    old = before.loc[both].reindex(columns=[*columns, "geometry"])
    new = after.loc[both]
    alike = (old[columns] == new[columns]) | (old[columns].isna() & new[columns].isna())
    equal = alike.all(axis=1).to_numpy()
    same = equal & shapely.equals_exact(
        old["geometry"].to_numpy(), new.geometry.to_numpy(), tolerance=1e-6
    )
    changed = tuple(str(key) for key in both[~same])
    return added, changed, gone, int(same.sum())


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
