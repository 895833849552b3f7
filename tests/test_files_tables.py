"""CSV and XLSX: codes stay codes, places are found or not there."""

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files import Limits, read_features


def _csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    path.write_text(text, encoding)
    return path


def _xlsx(folder: Path, rows: list[list[object]], *, formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, shown in (formats or {}).items():
        book.active[cell].number_format = shown
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_table_is_read_in_usual_encodings(tmp_path: Path, encoding: str, sign: str) -> None:
    """Comma, tab or semicolon, UTF-8 or GBK: the same table, without places."""
    text = "地块编号,用地代码,容积率\n01,0702,2.5\n02,05,\n".replace(",", sign)
    table = read_features(_csv(tmp_path, text, encoding))
    assert table.frame["地块编号"].tolist() == ["01", "02"]
    assert table.frame["用地代码"].tolist() == ["0702", "05"]
    assert table.frame["容积率"].fillna(0).tolist() == [2.5, 0]
    assert table.crs is None


def test_only_plain_numbers_become_numbers(tmp_path: Path) -> None:
    """Leading zeros, plus signs and long digits keep a column text; counts become numbers."""
    text = "a,b,c,d\n007,+1,2201050010010012345,12\n8,2,1,-3\n"
    frame = read_features(_csv(tmp_path, text)).frame
    assert frame["a"].tolist() == ["007", "8"]
    assert frame["b"].tolist() == ["+1", "2"]
    assert frame["c"].tolist() == ["2201050010010012345", "1"]
    assert frame["d"].tolist() == [12, -3]


def test_codes_that_excel_rounded_are_rejects(tmp_path: Path) -> None:
    """2.20105E+27 was a 28-character unit number once; its digits cannot be had back."""
    table = read_features(_csv(tmp_path, "不动产单元号,n\n2.20105E+27,1\n220105001,2\n"))
    assert table.features_out == 1
    assert "2.20105E+27" in table.rejects["reason_zh"][0]


def test_longitude_and_latitude_make_points(tmp_path: Path) -> None:
    """Columns named so are degrees in EPSG:4490; a row without them is a reject."""
    table = read_features(_csv(tmp_path, "id,经度,纬度\n1,125.4,43.9\n2,,\n3,about,43\n"))
    assert table.crs is not None
    assert table.crs.to_epsg() == 4490
    assert table.frame.geometry.iloc[0].coords[0] == (125.4, 43.9)
    assert table.rejects["id"].tolist() == ["2", "3"]


def test_columns_x_and_y_need_a_crs(tmp_path: Path) -> None:
    """Metres of an unknown system are refused; crs= places them."""
    path = _csv(tmp_path, "id,x,y\n1,460000,4860000\n")
    with pytest.raises(CRSError):
        read_features(path)
    assert read_features(path, crs=4551).frame.geometry.x.tolist() == [460000]


def test_wkt_makes_shapes(tmp_path: Path) -> None:
    """A column of WKT becomes the geometry; what cannot be read is a reject."""
    text = 'id,wkt\n1,"LINESTRING (125 43, 126 44)"\n2,LINESTRING (125\n'
    table = read_features(_csv(tmp_path, text), crs=4490)
    assert table.frame.geometry.iloc[0].geom_type == "LineString"
    assert table.rejects["row"].tolist() == [2]


def test_ragged_rows_are_rejects(tmp_path: Path) -> None:
    """Too few or too many cells mean that columns have slipped."""
    table = read_features(_csv(tmp_path, "a,b\n1,2\n1\n1,2,3\n\n"))
    assert (table.features_in, table.rejects["row"].tolist()) == (3, [2, 3])


def test_quote_that_does_not_close_is_an_error(tmp_path: Path) -> None:
    """A cut-off quoted cell would swallow the rest of the table."""
    with pytest.raises(FormatError) as caught:
        read_features(_csv(tmp_path, 'a,b\n1,"two\n3,4\n'))
    assert caught.value.key == "csv_bad"


def test_repeated_and_blank_headings_are_told_apart(tmp_path: Path) -> None:
    """No column takes the place of another."""
    frame = read_features(_csv(tmp_path, "a,a,\n1,2,3\n")).frame
    assert frame.columns.tolist() == ["a", "a_2", "column_3"]


def test_workbook_gives_codes_as_they_are_shown(tmp_path: Path) -> None:
    """Text "01" stays; the number 1 shown as 01 gets its zero back; dates are ISO."""
    rows: list[list[object]] = [
        ["编号", "代码", "面积", "日期"],
        ["01", 1, 2.5, dt.date(2025, 1, 2)],
        [None, None, None, None],
        ["02", 12, 3, None],
    ]
    frame = read_features(_xlsx(tmp_path, rows, formats={"B2": "00", "B4": "00"})).frame
    assert frame["编号"].tolist() == ["01", "02"]
    assert frame["代码"].tolist() == ["01", "12"]
    assert frame["面积"].tolist() == [2.5, 3.0]
    assert frame["日期"].tolist() == ["2025-01-02T00:00:00", None]


def test_number_too_long_for_excel_is_a_reject(tmp_path: Path) -> None:
    """Excel keeps 15 digits: a longer code stored as a number is lost."""
    table = read_features(_xlsx(tmp_path, [["宗地号"], [2.2010500100100123e18], ["220105"]]))
    assert (table.features_out, len(table.rejects)) == (1, 1)


def test_sheets_must_be_named_when_several_are_filled(tmp_path: Path) -> None:
    """Empty sheets do not count; layer= chooses."""
    book = openpyxl.Workbook()
    book.active.title = "一"
    book.active.append(["a"])
    book.create_sheet("二").append(["b"])
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.xlsx")
    assert caught.value.facts["names"] == "一, 二"
    assert read_features(tmp_path / "a.xlsx", layer="二").frame.columns.tolist() == ["b"]


def test_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    """Entities are how a kilobyte becomes gigabytes."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]>'
        )
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(tmp_path / "a.xlsx")
    assert caught.value.key == "workbook_entities"


def test_damaged_workbook_is_an_error(tmp_path: Path) -> None:
    """A workbook without its sheets is named as damaged."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.xlsx")
    assert caught.value.key == "workbook_damaged"


def test_rows_have_a_limit(tmp_path: Path) -> None:
    """Too many rows are refused, in both kinds of table."""
    for path in (_csv(tmp_path, "a,b\n1,2\n3,4\n"), _xlsx(tmp_path, [["a"], [1], [2]])):
        with pytest.raises(UnsafeInputError):
            read_features(path, limits=Limits(features=1))


def test_mixed_column_becomes_text_with_a_warning(tmp_path: Path) -> None:
    """Numbers and words in one column are all read as text."""
    table = read_features(_xlsx(tmp_path, [["层数"], [6], ["未知"]]))
    assert table.frame["层数"].tolist() == ["6", "未知"]
    assert len(table.warnings) == 1


def test_ledger_closes(tmp_path: Path) -> None:
    """Features in are features out and rejects, whatever happens to each."""
    text = "id,lon,lat\n" + "\n".join(
        f"{k},{125 + k / 100},{'43.9' if k % 3 else ''}" for k in range(9)
    )
    table = read_features(_csv(tmp_path, text))
    assert table.features_in == 9 == table.features_out + len(table.rejects)
    assert isinstance(table.rejects, pd.DataFrame)
