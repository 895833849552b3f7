"""Land-use classes and their recoding."""

import pandas as pd
import pytest

from erdao_gis.errors import SchemaError
from erdao_gis.land_use import (
    EDITIONS,
    class_codes,
    land_use_classes,
    land_use_norms,
    limit_norms,
    parent_code,
)
from erdao_gis.land_use.codes import (
    land_use_at_level,
    recode_land_use,
    unknown_codes,
)

# What eight codes of 2020 mean in 2023, where the same digits stand for something else.
CHANGED = {
    "0204": "0205",
    "060102": "1207",
    "0602": "060201",
    "1312": "1311",
    "2202": "2206",
    "2302": "2303",
    "2303": "060102",
}


@pytest.mark.parametrize(
    ("edition", "counts"),
    [("2023", [24, 111, 40]), ("2020", [24, 106, 39]), ("GB50137", [10, 44, 56])],
)
def test_class_tables_are_whole(edition: str, counts: list[int]) -> None:
    """Each edition has the classes of its text, level by level."""
    levels = land_use_classes(edition)["level"].value_counts()
    assert levels.reindex([1, 2, 3]).tolist() == counts


def test_urban_classes_of_gb50137() -> None:
    """8 main, 35 middle and 42 small classes are urban construction land."""
    table = land_use_classes("GB50137")
    urban = table[table.index.str[0].isin(list("RABMWSUG"))]
    assert urban["level"].value_counts().reindex([1, 2, 3]).tolist() == [8, 35, 42]


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_class_stands_under_its_parent(edition: str) -> None:
    """The parent of a code is its beginning and exists; names and colours are given."""
    table = land_use_classes(edition)
    for code, row in table[table["level"] > 1].iterrows():
        assert row["parent"] == parent_code(str(code), row["level"] - 1, edition)
        assert row["parent"] in table.index
    assert (table[["name_zh", "name_en"]] != "").all(axis=None)
    assert table["colour"].str.fullmatch("#[0-9A-F]{6}").all()


def test_eight_codes_mean_something_else() -> None:
    """The codes that both editions have and that must not be kept as they are."""
    assert recode_land_use(pd.Series(list(CHANGED)), "2020", "2023").tolist() == list(
        CHANGED.values()
    )
    kept = recode_land_use(pd.Series(["1311"]), "2020", "2023")
    assert kept.attrs["uncertain"] == ((0, "1311"),)


def test_chain_is_taken_in_one_pass() -> None:
    """A field ridge does not become a field track and then an urban road."""
    ridge = recode_land_use(pd.Series(["2302"]), "2020", "2023")
    assert ridge.tolist() == ["2303"]


def test_frames_keep_the_old_codes_and_say_their_edition() -> None:
    """A frame comes back on its index with both codes."""
    frame = pd.DataFrame({"land_use_code": ["0602", "0701"], "edition": "2020"}, index=["b", "a"])
    new = recode_land_use(frame, "2020", "2023")
    assert new["land_use_code"].to_dict() == {"b": "060201", "a": "0701"}
    assert new["land_use_code_2020"].to_dict() == {"b": "0602", "a": "0701"}
    assert set(new["edition"]) == {"2023"}
    assert frame["land_use_code"].tolist() == ["0602", "0701"]


def test_unknown_codes_are_listed_and_missing_ones_stay() -> None:
    """Neither is guessed: an unknown code becomes missing and has a line in the list."""
    new = recode_land_use(pd.Series(["0799", None], index=["x", "y"]), "2020", "2023")
    assert new.isna().all()
    assert new.attrs["unknown"] == (("x", "0799"),)
    assert unknown_codes(pd.Series(["0799", "07"], index=["x", "y"])).to_dict() == {"x": "0799"}


@pytest.mark.parametrize(
    "codes",
    [
        pd.Series(["0701", "08H1"]),
        pd.Series(["0301K"]),
        pd.Series(["1004", "0702", "0810"]),
        pd.Series(["0702"], name="DLBM"),
    ],
)
def test_third_survey_codes_are_another_set(codes: pd.Series) -> None:
    """0702 is a rural homestead in the survey: such columns are refused, not translated."""
    with pytest.raises(SchemaError) as caught:
        recode_land_use(codes, "2020", "2023")
    assert caught.value.key == "parcels_third_survey"


@pytest.mark.parametrize(
    ("codes", "editions", "key"),
    [
        (pd.Series([701]), ("2020", "2023"), "parcels_codes_not_text"),
        (pd.Series(["0701"]), ("2019", "2023"), "parcels_unknown_edition"),
        (pd.Series(["0701"]), ("2023", "2020"), "parcels_no_recoding"),
        (pd.Series(["R2"]), ("GB50137", "2023"), "parcels_no_recoding"),
        (pd.DataFrame({"code": ["07"]}), ("2020", "2023"), "analysis_no_column"),
        (
            pd.DataFrame({"land_use_code": ["07"], "edition": ["2023"]}),
            ("2020", "2023"),
            "parcels_other_edition",
        ),
    ],
)
def test_what_cannot_be_translated_is_refused(
    codes: pd.Series | pd.DataFrame, editions: tuple[str, str], key: str
) -> None:
    """Numbers, unknown editions and pairs without a table each have their message."""
    with pytest.raises(SchemaError) as caught:
        recode_land_use(codes, *editions)
    assert caught.value.key == key
    assert caught.value.message("zh")
    assert caught.value.message("en")


def test_levels() -> None:
    """Codes are cut by two digits a level, letters of GB 50137 by one."""
    codes = pd.Series(["080403", "16", "9999"])
    assert land_use_at_level(codes, 1).fillna("-").tolist() == ["08", "16", "-"]
    assert land_use_at_level(pd.Series(["R21"]), 2, "GB50137").tolist() == ["R2"]


def test_norms_say_how_sure_they_are() -> None:
    """Each norm has its source and its certainty, and speaks of classes that exist."""
    for table in (land_use_norms(), limit_norms()):
        assert table["certainty"].isin(["certain", "known", "check"]).all()
        assert (table[["norm_zh", "norm_en"]] != "").all(axis=None)
    norms = land_use_norms()
    assert (norms["low"].fillna(0) <= norms["high"].fillna(1e9)).all()
    for _, row in norms[norms["classes"] != ""].iterrows():
        assert row["classes"] in class_codes(row["edition"])
