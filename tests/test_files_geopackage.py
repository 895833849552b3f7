"""GeoPackage: one layer, plain rows, exact values, nothing that runs."""

import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files import read_features


def _frame(crs: int | None = 4551) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": ["01", "02", None],
            "parcel": pd.array([2201050010010012345, None, 7], dtype="Int64"),
            "built": [True, False, True],
            "area": [1.5, None, 2.0],
        },
        geometry=[shapely.Point(460000 + k, 4860000) for k in range(3)],
        crs=crs,
    )


def _geopackage(folder: Path, *layers: str) -> Path:
    for layer in layers or ("parcels",):
        _frame().to_file(folder / "a.gpkg", layer=layer)
    return folder / "a.gpkg"


def _change(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_values_are_exact(tmp_path: Path) -> None:
    """A 19-digit number beside a missing one keeps its digits; types are those of the file."""
    frame = read_features(_geopackage(tmp_path)).frame
    assert frame["parcel"].tolist() == ["2201050010010012345", None, "7"]
    assert frame["code"].tolist() == ["01", "02", None]
    assert frame["built"].tolist() == [True, False, True]
    assert frame["area"].fillna(0).tolist() == [1.5, 0, 2.0]
    assert frame.geometry.x.tolist() == [460000, 460001, 460002]
    assert frame.crs.to_epsg() == 4551
    assert "fid" not in frame.columns


def test_several_layers_must_be_named(tmp_path: Path) -> None:
    """The error lists them; layer= chooses."""
    path = _geopackage(tmp_path, "parcels", "roads")
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.facts["names"] == "parcels, roads"
    assert read_features(path, layer="roads").features_out == 3


def test_layer_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A misspelt layer lists those that exist."""
    with pytest.raises(FormatError) as caught:
        read_features(_geopackage(tmp_path), layer="parcel")
    assert caught.value.key == "layer_not_there"


def test_hostile_layer_name_is_only_a_name(tmp_path: Path) -> None:
    """Quotes and SQL in a layer's name neither run nor break."""
    name = 'a"; DROP TABLE gpkg_contents; --'
    assert read_features(_geopackage(tmp_path, name), layer=name).features_out == 3


def test_endless_view_is_refused(tmp_path: Path) -> None:
    """A layer that is a recursive view would never end: it is not opened."""
    path = _geopackage(tmp_path)
    _change(
        path,
        "DROP TRIGGER IF EXISTS x",
        "ALTER TABLE parcels RENAME TO real",
        "CREATE VIEW parcels AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n)"
        " SELECT fid, NULL AS geom FROM n",
        "UPDATE gpkg_contents SET table_name = 'parcels'",
    )
    with pytest.raises(UnsafeInputError) as caught:
        read_features(path)
    assert caught.value.key == "gpkg_layer_computed"


def test_view_in_place_of_the_contents_is_refused(tmp_path: Path) -> None:
    """The list of layers itself must be a table."""
    path = _geopackage(tmp_path)
    _change(
        path,
        "ALTER TABLE gpkg_contents RENAME TO real",
        "CREATE VIEW gpkg_contents AS SELECT * FROM real",
    )
    with pytest.raises(UnsafeInputError):
        read_features(path)


def test_computed_columns_are_refused(tmp_path: Path) -> None:
    """A generated column would run its expression for every row."""
    path = _geopackage(tmp_path)
    _change(path, "ALTER TABLE parcels ADD COLUMN big BLOB AS (zeroblob(1000000)) VIRTUAL")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(path)
    assert caught.value.key == "gpkg_layer_computed"


def test_file_open_in_another_program_is_refused(tmp_path: Path) -> None:
    """Changes that QGIS has not yet written must not be missed."""
    path = _geopackage(tmp_path)
    path.with_name("a.gpkg-wal").write_bytes(b"pages")
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "gpkg_open_elsewhere"


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_file_cut_off_is_noticed(tmp_path: Path, share: float) -> None:
    """An interrupted copy stops, wherever it was cut."""
    path = _geopackage(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "gpkg_damaged"


def test_other_sqlite_files_are_named(tmp_path: Path) -> None:
    """A database without the GeoPackage tables is no GeoPackage."""
    _change(tmp_path / "a.gpkg", "CREATE TABLE a (b)")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.gpkg")
    assert caught.value.key == "format_not_read"


def test_undefined_crs_is_refused(tmp_path: Path) -> None:
    """srs_id -1 says that nobody knows."""
    path = _geopackage(tmp_path)
    _change(path, "UPDATE gpkg_geometry_columns SET srs_id = -1")
    with pytest.raises(CRSError) as caught:
        read_features(path)
    assert caught.value.key == "missing_crs_metres"


def test_curves_and_broken_shapes_are_listed(tmp_path: Path) -> None:
    """A circular string and a cut-off shape are rejects with their own reasons."""
    path = _geopackage(tmp_path)
    header = b"GP\x00\x01" + (4551).to_bytes(4, "little")
    curve = header + bytes([1]) + (8).to_bytes(4, "little") + (0).to_bytes(4, "little")
    with sqlite3.connect(path) as connection:
        # The index of the layer needs functions that only GDAL brings.
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE parcels SET geom = ? WHERE fid = 1", (curve,))
        connection.execute("UPDATE parcels SET geom = ? WHERE fid = 2", (b"GP\x00",))
    connection.close()
    table = read_features(path)
    assert table.rejects["row"].tolist() == [1, 2]
    assert "curves" in table.rejects["reason_en"][0]
    assert "cannot be read" in table.rejects["reason_en"][1]
    assert table.rejects["id"].tolist() == ["01", "02"]
