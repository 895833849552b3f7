"""Blank files of a layer, for the district to fill in and import."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter

from erdao_gis.catalogue.schema import Column, Layer, code_lists, layer_schema
from erdao_gis.crs import WORKING
from erdao_gis.files import write_bytes_atomic, write_features
from erdao_gis.files.columns import is_code_name
from erdao_gis.workbooks.cell_styles import BOLD, set_widths
from erdao_gis.workbooks.safe_cells import UNDATED, workbook_content

ABOUT = ("列 column", "名称", "title", "必填 required", "单位 unit", "代码 codes", "说明", "about")
_TEXT = "@"
_ROWS = 2000  # in which codes keep their digits, whatever a person types


def write_templates(name: str, folder: Path | str) -> list[Path]:
    """Write the blank templates of the layer ``name``.

    Parameters
    ----------
    name
        One of `layer_names`.
    folder
        Where to write ``<name>.gpkg`` (EPSG:4551, typed columns, no feature) and
        ``<name>.xlsx`` (headings, and a sheet that explains columns and codes). Cells of texts
        and codes are of the format text, so that 0701 and codes of 19 or 28 characters stay.

    Returns
    -------
    list of Path
        The two files. A workbook that was filled in is joined to the outlines by its codes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_templates("parcels", folder)]
    ['parcels.gpkg', 'parcels.xlsx']
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
    sheet.freeze_panes = "B2"
    for place, column in enumerate(layer.columns, start=1):
        # The heading stays the column's name, so that it is read again; what it means is beside it.
        note = Comment(_meaning(column), "erdao-gis")
        note.width, note.height = 240, 60
        sheet.cell(1, place).comment = note
        if column.type == "number":
            continue
        sheet.column_dimensions[get_column_letter(place)].number_format = _TEXT
        if column.name == "id" or is_code_name(column.name):
            for row in range(2, _ROWS + 2):
                sheet.cell(row, place).number_format = _TEXT
    set_widths(sheet, (max(10, len(name) + 2) for name in layer.column_names))
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
            cell.font = BOLD
    return workbook_content(book, UNDATED)


def _meaning(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.title_zh} / {column.title_en}{unit}"
