"""When a scene was taken, by its name and its tags."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.files.scenes.dates import date_in_name, date_in_tags, iso_date, period


@pytest.mark.parametrize(
    ("stem", "date"),
    [
        ("2025-07-12", "2025-07-12"),
        ("erdao20250712b", "2025-07-12"),
        ("IMG_20250712_103000", "2025-07-12"),
        ("2025-07", "2025-07"),
        ("town_202507", "2025-07"),
        ("2025_07_town", "2025-07"),
        ("10-2025", "2025-10"),
        ("9-2021", "2021-09"),
        ("2025年7月12日", "2025-07-12"),
        ("二道区2025年7月影像", "2025-07"),
        ("二道区2025", "2025"),
        ("25-07-2025", "2025-07-25"),
        ("S2A_MSIL2A_20210704T023551_N0500_R089_T51TXJ_20230211T104352", "2021-07-04"),
        ("LC08_L2SP_118030_20210704_20210713_02_T1", "2021-07-04"),
        ("GF2_PMS1_E125.4_N43.9_20210704_L1A0005743561", "2021-07-04"),
        ("HLS.S30.T51TXJ.2021185T023551.v2.0", "2021-07-04"),
        ("2025_20250712", "2025-07-12"),
    ],
)
def test_a_date_is_found_wherever_it_stands(stem: str, date: str) -> None:
    """Of products with two dates the day of taking, which stands first."""
    assert date_in_name(stem) == date


@pytest.mark.parametrize(
    ("stem", "date"),
    [
        ("erdao_2025_10m", "2025"),
        ("2025-30m", "2025"),
        ("B04_2048x2048", None),
        ("dom1-2000DOM", None),
        ("T51TXJ_R089_118030", None),
        ("20251345", None),
        ("2025-02-30", None),
        ("2025-00-05", None),
    ],
)
def test_what_is_no_date_is_not_taken_for_one(stem: str, date: str | None) -> None:
    """Resolutions, sizes, tiles, and days that no calendar has."""
    assert date_in_name(stem) == date


@pytest.mark.parametrize(
    "stem", ["12-07-2025", "2021-07_2025-07", "2021-2025", "20210704_20250704"]
)
def test_a_date_in_doubt_is_none(stem: str) -> None:
    """The day or the month first, or two dates in the name of no product."""
    assert date_in_name(stem) is None


@given(
    st.dates(dt.date(1972, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(
        ["%Y-%m-%d", "%Y%m%d", "%Y_%m_%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%dT101112"]
    ),
    st.sampled_from(["", "erdao_", "二道", "S2B_MSIL2A_"]),
    st.sampled_from(["", "_10m", " copy", "影像"]),
)
def test_every_day_is_found_in_every_style(day: dt.date, style: str, head: str, tail: str) -> None:
    """What stands before and behind makes no difference."""
    assert date_in_name(f"{head}{day.strftime(style)}{tail}") == day.isoformat()


def test_the_acquisition_goes_before_the_writing_of_the_file() -> None:
    """TIFFTAG_DATETIME is often when a program wrote the file."""
    domains = {
        "": {"TIFFTAG_DATETIME": "2024:01:02 03:04:05", "DATE_ACQUIRED": "0000-00-00"},
        "IMAGERY": {"acquisitiondatetime": "2021-07-04 02:35:51"},
    }
    assert date_in_tags(lambda domain: domains[domain]) == "2021-07-04"
    domains["IMAGERY"].clear()
    assert date_in_tags(lambda domain: domains[domain]) == "2024-01-02"
    domains[""].clear()
    assert date_in_tags(lambda domain: domains[domain]) is None


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10), st.floats()))
def test_a_stated_date_is_iso_or_none(value: object) -> None:
    """Whatever is given: a year, month or day that the calendar has, or nothing."""
    found = iso_date(value)
    if found is not None:
        dt.date.fromisoformat(period(found)[0])
        assert str(value) == found
