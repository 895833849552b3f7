"""A recoding of land-use codes as a workbook: what became what, parcel by parcel, and unknown."""

from pathlib import Path

import pandas as pd

from erdao_gis.errors import Language
from erdao_gis.files import write_bytes_atomic
from erdao_gis.parcels.recoding.recode import Recoding
from erdao_gis.wording import word
from erdao_gis.workbooks.plain_tables import Sheet, workbook_bytes


def pairs_table(found: Recoding, language: Language) -> pd.DataFrame:
    """Give each old code with what it became, under headings for people."""
    pairs = found.pairs
    renamed = pairs.index.isin(found.renamed.index)
    differ = (pairs["from_code"] != pairs["to_code"]).to_numpy()
    said = {
        "recoded": word("lineage", "pair_recoded", language),
        "renamed": word("lineage", "pair_renamed", language),
        "same": word("lineage", "pair_same", language),
    }
    kinds = [
        said["recoded" if other else "renamed" if name else "same"]
        for other, name in zip(differ, renamed, strict=True)
    ]
    mark = word("lineage", "to_be_checked", language)
    table = pd.DataFrame(
        {
            "from_code": pairs["from_code"],
            "from_name": pairs[f"from_name_{language}"],
            "to_code": pairs["to_code"],
            "to_name": pairs[f"to_name_{language}"],
            "change": kinds,
            "count": pairs["count"],
            "area_ha": pairs["area_ha"],
            "uncertain": [mark if one != "certain" else "" for one in pairs["certainty"]],
            "note": pairs[f"note_{language}"],
        }
    )
    return _headed(table, language)


def _headed(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    return table.set_axis([word("lineage", f"head_{name}", language) for name in table], axis=1)


def write_recoding(found: Recoding, folder: Path | str, language: Language) -> Path:
    """Write ``recode.xlsx``: the pairs of codes, each feature, and codes that are unknown.

    Parameters
    ----------
    found
        From `recode_parcels`.
    folder
        Where to; made when missing.
    language
        Of headings and words.

    Returns
    -------
    pathlib.Path
        The file; text out of data never becomes a formula in it.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.catalogue import create_workspace
    >>> from erdao_gis.intake import prepare_import
    >>> from erdao_gis.intake import apply_import
    >>> from erdao_gis.intake import ImportOptions
    >>> from erdao_gis.files import write_features
    >>> from erdao_gis.parcels import recode_parcels
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(
    ...     {"id": ["A"], "land_use_code": ["2302"], "edition": ["2020"]},
    ...     geometry=[box(460000, 4860000, 460100, 4860100)], crs=4551)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = create_workspace(Path(folder) / "plan", fictional=True)
    ...     file = write_features(plots, Path(folder) / "plots.gpkg")
    ...     _ = apply_import(place, prepare_import(place, file, "parcels", ImportOptions()))
    ...     found = recode_parcels(place, "2020", "2023", dry_run=True)
    ...     write_recoding(found, folder, "zh").name
    'recode.xlsx'
    """
    names = (
        dict(zip(found.pairs["from_code"], found.pairs[f"from_name_{language}"], strict=True)),
        dict(zip(found.pairs["to_code"], found.pairs[f"to_name_{language}"], strict=True)),
    )
    doubtful = {code for _, code in found.uncertain}
    mark = word("lineage", "to_be_checked", language)
    rows = found.rows
    features = pd.DataFrame(
        {
            "id": [str(code) for code in rows.index],
            "name": rows["name_zh"].to_numpy(),
            "from_code": rows["from_code"].to_numpy(),
            "from_name": rows["from_code"].map(names[0]).to_numpy(),
            "to_code": rows["to_code"].to_numpy(),
            "to_name": rows["to_code"].map(names[1]).to_numpy(),
            "area_ha": rows["area_ha"].to_numpy(),
            "uncertain": [mark if code in doubtful else "" for code in rows["from_code"]],
        }
    )
    unknown = pd.DataFrame(
        {
            "id": [str(key) for key, _ in found.unknown],
            "from_code": [code for _, code in found.unknown],
        }
    )
    over = [
        word("lineage", "recoded", language).format(
            from_edition=found.from_edition,
            to_edition=found.to_edition,
            features=found.features,
            changed=found.changed,
            unchanged=found.unchanged,
            unknown=len(found.unknown),
            without=found.without_code,
        ),
        word("lineage", "recode_written" if found.written else "dry", language),
    ]
    sheets = [
        Sheet(
            title=word("lineage", f"sheet_{key}", language),
            table=table,
            notices=tuple(over),
        )
        for key, table in (
            ("pairs", pairs_table(found, language)),
            ("features", _headed(features, language)),
            ("unknown", _headed(unknown, language)),
        )
    ]
    return write_bytes_atomic(Path(folder) / "recode.xlsx", workbook_bytes(sheets))
