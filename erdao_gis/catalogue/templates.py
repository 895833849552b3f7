"""Blank files of a layer, for the district to fill in and import."""

from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font

from erdao_gis.catalogue.schema import Layer, code_lists, layer_schema
from erdao_gis.crs import WORKING
from erdao_gis.files import write_bytes_atomic, write_features

ABOUT = ("列 column", "名称", "title", "必填 required", "单位 unit", "代码 codes", "说明", "about")


def write_templates(name: str, folder: Path | str) -> list[Path]:
    """Write the blank templates of the layer ``name``.

    Parameters
    ----------
    name
        One of `layer_names`.
    folder
        Where to write ``<name>.gpkg`` (EPSG:4551, typed columns, no feature) and
        ``<name>.xlsx`` (headings, and a sheet that explains columns and codes).

    Returns
    -------
    list of Path
        The two files.
    """
    layer, target = layer_schema(name), Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    columns = {
        column.name: pd.Series(dtype="float64" if column.type == "number" else "str")
        for column in layer.columns
    }
    frame = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=gpd.GeoSeries([], crs=WORKING))
    package, workbook = target / f"{name}.gpkg", target / f"{name}.xlsx"
    write_features(frame, package)
    write_bytes_atomic(workbook, _workbook(layer))
    return [package, workbook]


def _workbook(layer: Layer) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = layer.name
    sheet.append(layer.column_names)
    sheet.freeze_panes = "A2"
    about = book.create_sheet("说明 about")
    about.append(ABOUT)
    for column in layer.columns:
        codes = code_lists().get(column.codes, {})
        listed = "; ".join(f"{code} {names[0]}" for code, names in codes.items())
        required = "是 yes" if column.required else ""
        about.append(
            [
                column.name,
                column.title_zh,
                column.title_en,
                required,
                column.unit,
                listed,
                column.about_zh,
                column.about_en,
            ]
        )
    for page in book.worksheets:
        for cell in page[1]:
            cell.font = Font(bold=True)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
