"""Land-use codes: recoded from one edition to another, and told from those of another set."""

from typing import overload

import pandas as pd

from erdao_gis.errors import SchemaError
from erdao_gis.land_use.code_tables import (
    class_codes,
    parent_code,
    recoding,
    third_survey_codes,
)
from erdao_gis.land_use.editions import PRESENT_EDITION, require_edition
from erdao_gis.wording import label_list

_THIRD_SURVEY_FIELDS = ("DLBM", "dlbm")


@overload
def recode_land_use(
    codes: "pd.Series[str]", from_edition: str, to_edition: str, *, column: str = ...
) -> "pd.Series[str]": ...
@overload
def recode_land_use(
    codes: pd.DataFrame, from_edition: str, to_edition: str, *, column: str = ...
) -> pd.DataFrame: ...
def recode_land_use(
    codes: "pd.Series[str] | pd.DataFrame",
    from_edition: str,
    to_edition: str,
    *,
    column: str = "land_use_code",
) -> "pd.Series[str] | pd.DataFrame":
    """Translate land-use codes from one edition into another, all in one simultaneous pass.

    Eight codes of the 2020 edition mean something else in the 2023 edition and the changes form
    a chain (2302 to 2303 to 060102 to 1207), so replacing one after the other goes wrong.

    Parameters
    ----------
    codes
        Codes as text, or a frame that holds them; where it has a column ``edition``, this must
        say `from_edition` in every row.
    from_edition, to_edition
        Of :data:`EDITIONS`, with a table between them.
    column
        Column of the frame with the codes.

    Returns
    -------
    pandas.Series or pandas.DataFrame
        A new object on the same index. A frame has the new codes in `column`, the old ones in
        ``<column>_<from_edition>`` and ``edition`` set. Missing codes stay missing; codes that
        the edition does not have become missing and are listed in ``attrs["unknown"]`` as pairs
        (label, code); those whose translation should be checked in ``attrs["uncertain"]``.

    Raises
    ------
    SchemaError
        Codes that are no text, codes of the third land survey (三调, DLBM), an unknown edition,
        rows of another edition, or two editions without a table between them.

    Examples
    --------
    >>> old = pd.Series(["2302", "2303", "060102", "0701", "9999"])
    >>> new = recode_land_use(old, "2020", "2023")
    >>> new.tolist()[:4], new.attrs["unknown"]
    (['2303', '060102', '1207', '0701'], ((4, '9999'),))
    """
    table = recoding(from_edition, to_edition)
    if isinstance(codes, pd.DataFrame):
        _require_one_edition(codes, from_edition)
    old = code_column(codes, column, from_edition)
    known = old.isin(class_codes(from_edition))
    new = old.map(table["to_code"]).fillna(old).where(known, None).astype("str")
    doubtful = old.isin(table.index[table["certainty"] != "certain"])
    claims = {
        "edition": to_edition,
        "unknown": _pairs(old[~known & old.notna()]),
        "uncertain": _pairs(old[doubtful]),
    }
    if isinstance(codes, pd.DataFrame):
        frame = codes.copy()
        frame[f"{column}_{from_edition}"] = codes[column]
        frame[column] = new
        frame["edition"] = to_edition
        frame.attrs.update(claims)
        return frame
    new.attrs.update(claims)
    return new


def _pairs(codes: "pd.Series[str]") -> tuple[tuple[object, str], ...]:
    return tuple(zip(codes.index.tolist(), codes.tolist(), strict=True))


def _require_one_edition(frame: pd.DataFrame, edition: str) -> None:
    if "edition" in frame.columns:
        stated = frame["edition"]
        other = stated.notna() & (stated != edition)
        if other.any():
            facts = {
                "ids": label_list(frame.index[other]),
                "found": str(stated[other].iloc[0]),
                "edition": edition,
            }
            raise SchemaError("parcels_other_edition", facts)


def code_column(
    codes: "pd.Series[str] | pd.DataFrame", column: str, edition: str
) -> "pd.Series[str]":
    """Return the codes as text without outer blanks, or say what is wrong with the whole set.

    Raises
    ------
    SchemaError
        No such column, codes that are no text (a number loses its leading zero), or codes of the
        third land survey.

    Examples
    --------
    >>> code_column(pd.Series([" 0701", "08"]), "", "2023").tolist()
    ['0701', '08']
    """
    require_edition(edition)
    series = codes
    if isinstance(codes, pd.DataFrame):
        if column not in codes.columns:
            facts = {"name": "code", "column": column, "columns": label_list(codes.columns)}
            raise SchemaError("analysis_no_column", facts)
        series = codes[column]
    name = str(series.name) if series.name is not None else column
    told = series.notna().to_numpy(bool)
    wrong = told & ~series.map(lambda value: isinstance(value, str)).to_numpy(bool)
    if wrong.any():
        facts = {"column": name, "ids": label_list(series.index[wrong])}
        raise SchemaError("parcels_codes_not_text", facts)
    text = series.astype("str").str.strip()
    text = text.where(text != "")
    _refuse_third_survey(text, name, edition)
    return text


def _refuse_third_survey(codes: "pd.Series[str]", name: str, edition: str) -> None:
    """Codes of the survey look alike: 0702 is rural there and urban here."""
    survey = third_survey_codes()
    only_there = codes.isin(survey - class_codes(edition))
    # Digits alone may be a slip of the pen; letters, or a whole column, are no slip.
    lettered = only_there & codes.str.contains("[AHK]", regex=True, na=False)
    whole = bool(only_there.any()) and bool(codes.dropna().isin(survey).all())
    if name in _THIRD_SURVEY_FIELDS or lettered.any() or whole:
        shown = codes[only_there] if only_there.any() else codes
        listed = label_list(shown.dropna().unique())
        raise SchemaError("parcels_third_survey", {"column": name, "codes": listed})


def unknown_codes(codes: "pd.Series[str]", edition: str = PRESENT_EDITION) -> "pd.Series[str]":
    """List the codes that an edition does not have, with their labels.

    Returns
    -------
    pandas.Series
        The rows with such a code; empty where all are known. Missing codes are not listed.

    Examples
    --------
    >>> unknown_codes(pd.Series(["0701", "0799"], index=["a", "b"])).to_dict()
    {'b': '0799'}
    """
    text = code_column(codes, "land_use_code", edition)
    return text[text.notna() & ~text.isin(class_codes(edition))]


def land_use_at_level(
    codes: "pd.Series[str]", level: int, edition: str = PRESENT_EDITION
) -> "pd.Series[str]":
    """Cut codes to a level of the classification; unknown and missing codes give missing.

    Parameters
    ----------
    codes
        Codes as text.
    level
        1, 2 or 3. A code that is coarser already stands for itself.
    edition
        One of :data:`EDITIONS`.

    Examples
    --------
    >>> land_use_at_level(pd.Series(["080403", "16"]), 2).tolist()
    ['0804', '16']
    """
    text = code_column(codes, "land_use_code", edition)
    known = class_codes(edition)
    translation = {
        code: parent_code(code, level, edition) for code in text.dropna().unique() if code in known
    }
    return text.map(translation).astype("str")
