"""Shapes of a file: their datum guarded, their rows completed to those of a layer."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.dataset import shipped_layer
from erdao_gis.catalogue.schema import Layer
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import WORKING, DatumFit, convert_datum, guard_datum, to_working
from erdao_gis.errors import DatumError

# A network of lines this far (m, median of so many samples) from the trusted ones is misplaced.
FAR_M = 50.0
MANY = 200
REFERENCE_LAYERS = ("roads", "waterways", "railways")


def guarded_shapes(
    frame: gpd.GeoDataFrame,
    workspace: Workspace,
    *,
    datum: str,
    accept_far: bool,
    what: str,
) -> tuple[gpd.GeoDataFrame, DatumFit | None]:
    """Guard the declared datum, convert GCJ-02 or BD-09, and go to EPSG:4551.

    Parameters
    ----------
    frame
        As read, in the file's CRS.
    workspace
        In a fictional one there is nothing to compare with.
    datum
        What the coordinates are said to be.
    accept_far
        Take lines that lie far from the trusted ones.
    what
        Name of the file, for messages.

    Returns
    -------
    tuple
        The frame in EPSG:4551, and what the guard found (None in a fictional town).

    Raises
    ------
    DatumError
        Another datum fits, or lines lie far off.
    """
    if workspace.fictional:
        return to_working(convert_datum(frame, datum)), None
    lines = [shipped_layer(name) for name in REFERENCE_LAYERS]
    traced = gpd.GeoDataFrame(pd.concat([part.loc[part["evidence"] == "B"] for part in lines]))
    trusted = traced.set_crs(WORKING, allow_override=True)
    fit = guard_datum(frame, trusted, datum, what=what)
    lines_too = frame.geom_type.isin(["LineString", "MultiLineString"]).all()
    nearest = float(fit.table["median_m"].min()) if fit.best else 0.0
    if lines_too and fit.samples >= MANY and nearest > FAR_M and not accept_far:
        raise DatumError("lines_far_off", {"file": what, "metres": f"{nearest:.0f}"})
    return to_working(convert_datum(frame, datum)), fit


def completed_rows(
    layer: Layer, rows: pd.DataFrame, shapes: gpd.GeoSeries, said: Mapping[str, str]
) -> gpd.GeoDataFrame:
    """Give rows all columns of the layer.

    Parameters
    ----------
    layer
        Whose columns come first.
    rows
        Fitted rows with a column ``id``.
    shapes
        EPSG:4551, in the order of the rows.
    said
        What the person says of all rows: ``source``, ``datum``, ``as_of``.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4551, index ``id``, sorted; the file's further columns behind the layer's.
    """
    table = rows.copy()
    defaults = {
        "register_id": table["id"] if layer.role == "plan" else None,
        "name_zh": table["id"],
        "evidence": "A",
        "identity": "named",
        "source": said["source"] or None,
        "datum": said["datum"],
        "as_of": said["as_of"] or None,
    }
    for column in layer.columns:
        if column.name not in table:
            kind = "float64" if column.type == "number" else object
            table[column.name] = pd.Series(None, index=table.index, dtype=kind)
        default = defaults.get(column.name)
        if default is not None:
            # What a template leaves empty is as little stated as what a file lacks.
            said_so = table[column.name].notna() & (
                table[column.name].astype(str).str.strip() != ""
            )
            table[column.name] = table[column.name].where(said_so, default)
    others = [name for name in table.columns if name not in layer.column_names]
    ordered = table[[*layer.column_names, *others]]
    frame = gpd.GeoDataFrame(ordered, geometry=shapes.to_numpy(), crs=WORKING)
    return frame.set_index("id").sort_index()


def numbered_rows(layer: Layer, rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows without codes of their own a column ``id``: the layer's name and a number."""
    if "id" in rows:
        return rows
    width = max(6, len(str(len(rows))))
    return rows.assign(
        id=[f"{layer.name}-{number:0{width}d}" for number in range(1, len(rows) + 1)]
    )
