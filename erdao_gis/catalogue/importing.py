"""Bring the district's own files into a workspace: prepare, look, apply, undo.

Preparing reads the file, fits its columns to the layer's, guards its datum and tells what would
change, writing nothing. Applying keeps what it replaces, so that it can be undone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.catalogue.checking import layer_faults
from erdao_gis.catalogue.deriving import Change
from erdao_gis.catalogue.history import restore_last, sole_writer
from erdao_gis.catalogue.schema import Column, Layer, layer_schema
from erdao_gis.catalogue.supplying import change_layer, derive_again, write_supplied
from erdao_gis.catalogue.workspace import Workspace, read_layer, read_shipped, read_supplied
from erdao_gis.crs import (
    ERDAO_REGION,
    WORKING,
    DatumFit,
    convert_datum,
    guard_datum,
    to_working,
)
from erdao_gis.errors import DatumError, Fault, Language, SchemaError
from erdao_gis.files import read_features
from erdao_gis.plan import read_plan

# A network of lines this far (m, median of so many samples) from the trusted ones is misplaced.
FAR_M = 50.0
MANY = 200
SAID = 50  # faults told in one error
REFERENCE_LAYERS = ("roads", "waterways", "railways")


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the person importing says about the file."""

    datum: str = "CGCS2000"
    "CGCS2000, WGS84 (counted as equal), GCJ-02 or BD-09; the last two are converted."
    columns: Mapping[str, str] = field(default_factory=dict)
    "Heading in the file -> column of the layer, where names and aliases do not tell."
    crs: str | None = None
    "CRS of a file that carries none, such as EPSG:4551."
    inner_layer: str | None = None
    "Layer inside the file (GeoPackage)."
    source: str = ""
    "Who supplied it, in words."
    as_of: str = ""
    "Date or year of the data."
    accept_datum: bool = False
    "Take a line layer that lies far from the trusted lines, after looking at it."
    partial: bool = False
    "True if the file covers only part of the district: ratios over it are then lower bounds."


@dataclass(frozen=True, kw_only=True)
class PreparedImport:
    """A file ready to be imported, and what that would change."""

    layer: str
    path: Path
    frame: gpd.GeoDataFrame
    "EPSG:4551, index id, columns of the layer first, the file's further columns after them."
    rejects: pd.DataFrame
    "Features of the file that cannot be taken, with the reason."
    warnings: pd.DataFrame
    "What was taken but should be looked at; row 0 is the whole file."
    faults: tuple[Fault, ...]
    "What the layer's schema finds wrong; an import with faults is not applied."
    mapped: Mapping[str, str]
    "Heading in the file -> column of the layer."
    kept: tuple[str, ...]
    "Headings kept under their own name."
    datum_fit: DatumFit | None
    "What the datum guard found; None in a fictional town."
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    options: ImportOptions

    def as_dict(self) -> dict[str, object]:
        """Return the preview as plain values for JSON."""
        return {
            "layer": self.layer,
            "file": self.path.name,
            "features_in": len(self.frame) + len(self.rejects),
            "features_out": len(self.frame),
            "rejects": self.rejects.astype(object).to_dict("records"),
            "warnings": self.warnings.astype(object).to_dict("records"),
            "faults": [fault.as_dict() for fault in self.faults],
            "mapped": dict(self.mapped),
            "kept": list(self.kept),
            "datum": self.options.datum,
            "datum_note": self.datum_fit.message("en") if self.datum_fit else "",
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "unchanged": self.unchanged,
        }


def prepare_import(
    workspace: Workspace, path: Path | str, layer_name: str, options: ImportOptions
) -> PreparedImport:
    """Read a file as a layer of the workspace and tell what importing it would change.

    Raises
    ------
    FormatError, UnsafeInputError
        The file cannot be read safely.
    CRSError, DatumError
        Its coordinates are not what they claim to be.
    SchemaError
        A column named in ``options.columns`` is not there.
    """
    layer, file = layer_schema(layer_name), Path(path)
    region = None if workspace.fictional else ERDAO_REGION
    table = read_features(file, layer=options.inner_layer, crs=options.crs, region=region)
    if not isinstance(table.frame, gpd.GeoDataFrame):
        headings = ", ".join(str(name) for name in table.frame.columns)
        raise SchemaError("table_without_places", {"file": file.name, "headings": headings})
    frame, fit = _located(table.frame, workspace, options, file.name)
    mapped = _mapping(layer, frame, options.columns, file)
    named = _renamed(frame, mapped, layer)
    fitted = _fitted(layer, named, options)
    kept = tuple(name for name in fitted.columns if name not in (*layer.column_names, "geometry"))
    before = _before(layer, workspace)
    added, changed, removed, same = _compare(before, fitted, upsert=layer.role == "plan")
    return PreparedImport(
        layer=layer_name,
        path=file,
        frame=fitted,
        rejects=table.rejects,
        warnings=table.warnings,
        faults=tuple(_faults(layer, fitted, file.name)),
        mapped=mapped,
        kept=kept,
        datum_fit=fit,
        added=added,
        changed=changed,
        removed=removed,
        unchanged=same,
        options=options,
    )


def _located(
    frame: gpd.GeoDataFrame, workspace: Workspace, options: ImportOptions, what: str
) -> tuple[gpd.GeoDataFrame, DatumFit | None]:
    """Guard the declared datum, convert GCJ-02 or BD-09, and go to EPSG:4551."""
    if workspace.fictional:
        return to_working(convert_datum(frame, options.datum)), None
    lines = [read_shipped(name) for name in REFERENCE_LAYERS]
    traced = gpd.GeoDataFrame(pd.concat([part.loc[part["evidence"] == "B"] for part in lines]))
    trusted = traced.set_crs(WORKING, allow_override=True)
    fit = guard_datum(frame, trusted, options.datum, what=what)
    lines_too = frame.geom_type.isin(["LineString", "MultiLineString"]).all()
    nearest = float(fit.table["median_m"].min()) if fit.best else 0.0
    if lines_too and fit.samples >= MANY and nearest > FAR_M and not options.accept_datum:
        facts = {"file": what, "metres": f"{nearest:.0f}"}
        raise DatumError("lines_far_off", facts)
    return to_working(convert_datum(frame, options.datum)), fit


def _mapping(
    layer: Layer, frame: gpd.GeoDataFrame, said: Mapping[str, str], file: Path
) -> dict[str, str]:
    """Match headings to columns: as told, by name, then by alias; each column once."""
    headings = [str(name) for name in frame.columns if name != "geometry"]
    for heading, wanted in said.items():
        if heading not in headings or layer.column(wanted) is None:
            facts = {
                "file": file.name,
                "heading": heading,
                "column": wanted,
                "headings": ", ".join(headings),
                "columns": ", ".join(layer.column_names),
            }
            raise SchemaError("mapping_unknown", facts)
    mapped = dict(said)
    if len(set(mapped.values())) < len(mapped):
        doubled = ", ".join(f"{old}={new}" for old, new in said.items())
        raise SchemaError("mapping_twice", {"file": file.name, "pairs": doubled})
    for column in layer.columns:
        if column.name in mapped.values():
            continue
        # The column's own name goes before an alias, wherever they stand in the file.
        names = [name.casefold() for name in (column.name, *column.aliases, column.title_zh)]
        free = {h.casefold(): h for h in reversed(headings) if h not in mapped}
        match = next((free[name] for name in names if name in free), None)
        if match is not None:
            mapped[match] = column.name
    return mapped


def _renamed(frame: gpd.GeoDataFrame, mapped: Mapping[str, str], layer: Layer) -> gpd.GeoDataFrame:
    """Name mapped columns as the layer does, and the others so that none clashes.

    A GeoPackage tells columns apart without regard to case, and keeps fid and geom for itself.
    """
    taken = {*layer.column_names, "fid", "geom", "geometry"}
    names = dict(mapped)
    for heading in frame.columns:
        if heading in mapped or heading == frame.geometry.name:
            continue
        name, number = str(heading), 1
        while name.casefold() in taken:
            number += 1
            name = f"{heading}_{number}"
        taken.add(name.casefold())
        names[heading] = name
    return frame.rename(columns=names)


def _fitted(layer: Layer, frame: gpd.GeoDataFrame, options: ImportOptions) -> gpd.GeoDataFrame:
    """Give the frame the layer's columns and types; ids are made where the file has none."""
    table = frame.copy()
    if "id" not in table:
        width = max(6, len(str(len(table))))
        table["id"] = [f"{layer.name}-{number:0{width}d}" for number in range(1, len(table) + 1)]
    defaults = {
        "register_id": table["id"] if layer.role == "plan" else None,
        "name_zh": table["id"],
        "evidence": "A",
        "identity": "named",
        "source": options.source or None,
        "datum": options.datum,
        "as_of": options.as_of or None,
    }
    for column in layer.columns:
        if column.name not in table:
            table[column.name] = defaults.get(column.name)
        table[column.name] = _typed(column, table[column.name])
    others = [name for name in table.columns if name not in (*layer.column_names, "geometry")]
    ordered = table[[*layer.column_names, *others, "geometry"]]
    return gpd.GeoDataFrame(ordered, geometry="geometry", crs=WORKING).set_index("id").sort_index()


def _typed(column: Column, values: "pd.Series[Any]") -> "pd.Series[Any]":
    if column.type == "number":
        numbers = pd.to_numeric(values, errors="coerce")
        # What is no number stays as it is, for the check to name it.
        return numbers if numbers.notna().eq(values.notna()).all() else values.astype(object)
    return values.map(_text, na_action="ignore").astype(object).where(values.notna(), None)


def _text(value: object) -> str:
    """Write a code as it was meant: a whole number read as 1101.0 is the code 1101."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _before(layer: Layer, workspace: Workspace) -> gpd.GeoDataFrame:
    supplied = read_supplied(layer.name, workspace)
    if layer.role == "plan" or supplied is not None:
        return read_layer(layer.name, workspace)
    return read_shipped(layer.name).iloc[:0]


def _compare(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, upsert: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]:
    """Ids added, changed and removed, and how many stay the same."""
    added = tuple(str(key) for key in after.index.difference(before.index))
    gone = () if upsert else tuple(str(key) for key in before.index.difference(after.index))
    both = after.index.intersection(before.index)
    if after.index.has_duplicates or before.index.has_duplicates or both.empty:
        return added, tuple(str(key) for key in both.unique()), gone, 0
    columns = [name for name in after.columns if name != "geometry" and name in before.columns]
    old, new = before.loc[both], after.loc[both]
    alike = (old[columns] == new[columns]) | (old[columns].isna() & new[columns].isna())
    equal = alike.all(axis=1).to_numpy()
    same = equal & shapely.equals_exact(
        old.geometry.to_numpy(), new.geometry.to_numpy(), tolerance=1e-6
    )
    changed = tuple(str(key) for key in both[~same])
    return added, changed, gone, int(same.sum())


def apply_import(workspace: Workspace, prepared: PreparedImport) -> tuple[Change, ...]:
    """Put a prepared import into the workspace and derive again what depends on it.

    Returns
    -------
    tuple of Change
        Plan features that moved, found a place or lost it.

    Raises
    ------
    SchemaError
        The prepared layer has faults; all are named.
    """
    if prepared.faults:
        shown = prepared.faults[:SAID]
        said = {"faults_zh": _listed(shown, "zh"), "faults_en": _listed(shown, "en")}
        facts = {"file": prepared.path.name, "number": len(prepared.faults)} | said
        raise SchemaError("import_faults", facts)
    return change_layer(workspace, prepared.layer, lambda: _put(workspace, prepared))


def _put(workspace: Workspace, prepared: PreparedImport) -> None:
    """Write the layer, and beside it where it came from."""
    layer = layer_schema(prepared.layer)
    supplied = read_supplied(prepared.layer, workspace)
    frame = prepared.frame
    if layer.role == "plan" and supplied is not None:
        kept = supplied.loc[~supplied.index.isin(frame.index)]
        frame = gpd.GeoDataFrame(pd.concat([kept, frame]).sort_index(), crs=WORKING)
    record = {
        "file": prepared.path.name,
        "sha256": hashlib.sha256(prepared.path.read_bytes()).hexdigest(),
        "source": prepared.options.source,
        "as_of": prepared.options.as_of,
        "datum": prepared.options.datum,
        "completeness": "partial" if prepared.options.partial else "complete",
    }
    write_supplied(workspace, prepared.layer, frame, record)


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


def _listed(faults: tuple[Fault, ...], language: Language) -> str:
    return "".join(f"\n- {fault.message(language)}" for fault in faults)


def undo_import(workspace: Workspace) -> tuple[str, tuple[Change, ...]]:
    """Take back the last import.

    Returns
    -------
    tuple
        The layer that was put back, and the plan features that changed with it.

    Raises
    ------
    WorkspaceError
        Nothing has been imported, or all was undone already.
    """
    with sole_writer(workspace):
        name = restore_last(workspace)
        return name, derive_again(workspace)
