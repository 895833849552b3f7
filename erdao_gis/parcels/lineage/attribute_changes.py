"""Which figures and words of parcels differ between two states, column by column."""

import math

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue import Workspace, layer_schema
from erdao_gis.intake.fitting import fit_rows
from erdao_gis.intake.mapping import match_headings
from erdao_gis.intake.mapping_files import read_mapping
from erdao_gis.land_use import PRESENT_EDITION
from erdao_gis.land_use.file_edition import CODE, EDITION, blank_cells, put_codes_for_names

_LAYER = "parcels"
# Where a row comes from is no property of the parcel.
_ORIGIN = (
    "id",
    "register_id",
    "evidence",
    "identity",
    "accuracy_m",
    "source",
    "licence",
    "datum",
    "as_of",
    "reason_zh",
    "reason_en",
)
_ROUNDING = 1e-9


def attribute_changes(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, table: pd.DataFrame
) -> pd.DataFrame:
    """List what differs of parcels that are the same on both sides.

    Parameters
    ----------
    before, after
        Parcels on their codes, with columns of the catalogue's layer.
    table
        From `compare_parcels`: parcels with the same code are held against each other, and those
        that only got another code.

    Returns
    -------
    pandas.DataFrame
        ``id`` (the code after), ``column``, ``old``, ``new``; None where nothing is stated. Only
        columns that both sides have; where a row comes from (source, evidence) is no property
        of the parcel. Figures count as equal to nine digits. Empty where nothing differs.

    Examples
    --------
    >>> from shapely import box
    >>> old = gpd.GeoDataFrame({"supply": ["挂牌"]}, geometry=[box(0, 0, 1, 1)], index=["A"])
    >>> table = pd.DataFrame({"from_id": ["A"], "to_id": ["A"], "change": ["unchanged"]})
    >>> attribute_changes(old, old.assign(supply="拍卖"), table).to_numpy().tolist()
    [['A', 'supply', '挂牌', '拍卖']]
    """
    alike = (table["from_id"] == table["to_id"]) | (table["change"] == "renumbered")
    pairs = list(zip(table.loc[alike, "from_id"], table.loc[alike, "to_id"], strict=True))
    # Parcels without an outline have no row in the table.
    seen = {old for old, _ in pairs} | {new for _, new in pairs}
    pairs += [(code, code) for code in after.index if code in before.index and code not in seen]
    columns = [
        column.name
        for column in layer_schema(_LAYER).columns
        if column.name in before and column.name in after and column.name not in _ORIGIN
    ]
    rows = []
    for column in columns:
        sides = [before[column].to_dict(), after[column].to_dict()]
        for old, new in pairs:
            was, now = _plain(sides[0][old]), _plain(sides[1][new])
            called_by_code = column == "name_zh" and (was, now) == (old, new)
            if not _equal(was, now) and not called_by_code:
                rows.append((new, column, was, now))
    found = pd.DataFrame(rows, columns=["id", "column", "old", "new"], dtype=object)
    return found.sort_values("id", kind="stable", ignore_index=True)


def _plain(value: object) -> object:
    """Give a cell as Python has it; None where nothing is stated."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return value.strip() or None
    return value


def _equal(was: object, now: object) -> bool:
    if isinstance(was, int | float) and isinstance(now, int | float):
        return math.isclose(was, now, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
    return was == now


def fitted_attributes(
    frame: gpd.GeoDataFrame, workspace: Workspace, *, file: str, edition: str = ""
) -> gpd.GeoDataFrame:
    """Bring a file's columns into those of the parcels' layer, as importing it would.

    Parameters
    ----------
    frame
        As read from the file.
    workspace
        Whose kept mapping of headings holds.
    file
        Its name.
    edition
        In which names of land-use classes are read where their row does not say it; the present one
        when left out.

    Returns
    -------
    geopandas.GeoDataFrame
        Same rows and outlines; figures in the layer's units, ``≤2.5`` as 2.5, names of classes
        as codes. A cell that is no figure stays as it is.

    Raises
    ------
    SchemaError
        The kept mapping is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from shapely import box
    >>> from erdao_gis.catalogue import create_workspace
    >>> rows = gpd.GeoDataFrame({"容积率": ["≤2.5"]}, geometry=[box(0, 0, 1, 1)], crs=4551)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fitted = fitted_attributes(rows, create_workspace(f"{folder}/plan"), file="a.gpkg")
    >>> fitted["floor_area_ratio_max"].tolist()
    [2.5]
    """
    layer = layer_schema(_LAYER)
    kept = workspace.mapping_path(_LAYER)
    pairs = read_mapping(kept, origin="kept") if kept.exists() or kept.is_symlink() else ()
    cells = pd.DataFrame(frame.drop(columns="geometry"))
    usable = [one for one in pairs if one.heading in cells.columns]
    matched = match_headings(layer, [str(name) for name in cells.columns], usable, file=file)
    rows = fit_rows(layer, cells, matched, file=file).rows
    if CODE in rows:
        said = rows[EDITION] if EDITION in rows else pd.Series(None, index=rows.index, dtype=object)
        editions = said.mask(blank_cells(said), edition or PRESENT_EDITION)
        rows = rows.assign(**{CODE: put_codes_for_names(rows[CODE], editions)[0]})
    return gpd.GeoDataFrame(rows, geometry=frame.geometry, crs=frame.crs)
