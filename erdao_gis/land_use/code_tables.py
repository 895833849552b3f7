"""Classes, recodings and norms: readers of the tables of ``layers/land_use/``."""

import functools
from importlib import resources
from importlib.resources.abc import Traversable

import pandas as pd

from erdao_gis.errors import SchemaError
from erdao_gis.land_use.editions import EDITIONS, PRESENT_EDITION, require_edition


def _path(name: str) -> Traversable:
    return resources.files("erdao_gis.shipped") / "land_use" / f"{name.lower()}.csv"


@functools.cache
def _table(name: str) -> pd.DataFrame:
    with _path(name).open("r", encoding="utf-8") as stream:
        # Codes keep their leading zeros, and an empty cell is an empty text.
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


def land_use_classes(edition: str = PRESENT_EDITION) -> pd.DataFrame:
    """Give the classes of one edition.

    Returns
    -------
    pandas.DataFrame
        Index ``code`` (text); ``level`` (1 to 3), ``parent`` (empty at level 1), ``name_zh``,
        ``name_en`` and ``colour`` (``#RRGGBB``). A copy: change it freely.

    Raises
    ------
    SchemaError
        An edition that is not in :data:`EDITIONS`.

    Examples
    --------
    >>> land_use_classes().loc["0701", ["name_zh", "parent"]].tolist()
    ['城镇住宅用地', '07']
    """
    table = _table(f"classes_{require_edition(edition)}").set_index("code")
    return table.assign(level=table["level"].astype(int))


@functools.cache
def class_codes(edition: str = PRESENT_EDITION) -> frozenset[str]:
    """Give all codes of one edition.

    >>> len(class_codes("2023")), "060102" in class_codes("2020")
    (175, True)
    """
    return frozenset(_table(f"classes_{require_edition(edition)}")["code"])


@functools.cache
def _lengths(edition: str) -> tuple[int, ...]:
    """Tell how many characters a code has at each level."""
    table = _table(f"classes_{require_edition(edition)}")
    return tuple(table["code"].str.len().groupby(table["level"]).max())


def parent_code(code: str, level: int, edition: str = PRESENT_EDITION) -> str:
    """Cut a code to a level; one that is coarser already stands for itself.

    >>> parent_code("080403", 2), parent_code("16", 2), parent_code("R21", 1, "GB50137")
    ('0804', '16', 'R')
    """
    return code[: _lengths(edition)[:level][-1]]


@functools.cache
def recodings() -> tuple[tuple[str, str], ...]:
    """Give the pairs of editions that have a table between them, those into the present one first.

    >>> recodings()
    (('2020', '2023'),)
    """
    pairs = ((old, new) for new in EDITIONS for old in EDITIONS)
    return tuple(pair for pair in pairs if _path(_recoding(*pair)).is_file())


def _recoding(from_edition: str, to_edition: str) -> str:
    return f"recoding_{from_edition}_{to_edition}"


def recoding_pair(from_edition: str = "", to_edition: str = "") -> tuple[str, str]:
    """Give the editions of a recoding, with what was not said filled in from the tables there are.

    Parameters
    ----------
    from_edition, to_edition
        Empty where it was not said: the first of :func:`recodings` that fits the other.

    Raises
    ------
    SchemaError
        An edition that does not exist, or no table between these two.

    Examples
    --------
    >>> recoding_pair(to_edition="2023")
    ('2020', '2023')
    """
    said = (from_edition, to_edition)
    for edition in filter(None, said):
        require_edition(edition)
    for pair in recodings():
        if all(one in {"", there} for one, there in zip(said, pair, strict=True)):
            return pair
    known = ", ".join(f"{old} -> {new}" for old, new in recodings())
    facts = {"from_edition": from_edition or "…", "to_edition": to_edition or "…", "known": known}
    raise SchemaError("parcels_no_recoding", facts)


def recoding(from_edition: str, to_edition: str) -> pd.DataFrame:
    """Give the codes that change from one edition to another, or need a look.

    Returns
    -------
    pandas.DataFrame
        Index ``from_code``; ``to_code``, ``certainty`` (``certain``, ``likely``, ``check``),
        ``source``, ``note_zh``, ``note_en``. Codes that are not listed stay as they are.

    Raises
    ------
    SchemaError
        There is no table between these two.

    Examples
    --------
    >>> recoding("2020", "2023").loc["2303", "to_code"]
    '060102'
    """
    said = (require_edition(from_edition), require_edition(to_edition))
    return _table(_recoding(*recoding_pair(*said))).set_index("from_code")


@functools.cache
def third_survey_codes() -> frozenset[str]:
    """Give the codes of the third land survey (三调, DLBM).

    >>> "08H1" in third_survey_codes()
    True
    """
    return frozenset(_table("third_survey")["code"])


def limit_norms() -> pd.DataFrame:
    """Give the limits that parcels are held against, and how sure their norm is.

    Returns
    -------
    pandas.DataFrame
        Index ``key``; ``value_column``, ``bound`` (``max`` or ``min``), ``classes`` (beginnings
        of the codes it applies to, separated by ``;``; empty for all), ``asked`` (``where_set``:
        only of parcels that have the bound; empty: of all), ``figure`` or
        ``bound_column`` (where the bound stands), ``unit``, ``norm_zh``, ``norm_en``,
        ``certainty`` (``certain``, ``known`` or ``check``), and ``own_classes`` with
        ``own_norm_zh`` and ``own_norm_en``: beginnings of codes that have a norm of their own.

    Examples
    --------
    >>> limit_norms().loc["industrial_green_max", "figure"]
    '20'
    """
    return _table("limits").set_index("key")


def land_use_norms() -> pd.DataFrame:
    """Give the ranges that norms set for classes of land, and how sure we are of each.

    Returns
    -------
    pandas.DataFrame
        Index ``key``; ``edition`` and ``classes`` (of which classes it speaks), ``subject``
        (``share_of_urban_construction_land``, ``per_head``, ``floor_area_ratio``,
        ``building_density``, ``green_ratio``, ``height_m``, ``grant_term``, ``walk_radius``),
        ``low`` and ``high`` (NaN where open), ``unit``, ``norm_zh``, ``norm_en``, ``certainty``
        (``certain``, ``known``; ``check``: look the text up before it is printed), ``note_zh``
        and ``note_en``.

    Examples
    --------
    >>> land_use_norms()["certainty"]["term_residential"]
    'certain'
    """
    table = _table("norms").set_index("key")
    low, high = (pd.to_numeric(table[column]) for column in ("low", "high"))
    return table.assign(low=low, high=high)
