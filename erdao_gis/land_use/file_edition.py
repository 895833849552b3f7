"""In which edition the land-use codes of a file are, and its class names put as codes of it."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from erdao_gis.errors import Finding, Language
from erdao_gis.land_use import EDITIONS, PRESENT_EDITION, land_use_classes, mixed_codes

CODE, EDITION = "land_use_code", "edition"

_HALF = 0.5
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class FileEdition:
    """The edition in which codes are read where their row does not say it."""

    edition: str
    "Empty where there are no codes."
    origin: Literal["told", "file", "codes", "layer", "assumed", ""]
    """Stated at the import, by other rows of the file, by the codes themselves, by the layer as
    it was, or assumed."""
    notes: tuple[Finding, ...] = ()

    @property
    def known(self) -> bool:
        """Tell whether it rests on more than an assumption."""
        return self.origin not in {"", "assumed"}


def blank_cells(values: "pd.Series[Any]") -> "pd.Series[bool]":
    """Tell which cells hold nothing, or blanks only."""
    return values.isna() | (values.astype(str).str.strip() == "")


@functools.cache
def _by_name(edition: str) -> Mapping[str, str]:
    """Give the codes of names that one class only has."""
    return {name: codes[0] for name, codes in _with_name(edition).items() if len(codes) == 1}


@functools.cache
def _names(edition: str, language: Language) -> Mapping[str, str]:
    """Give the name of each code."""
    names = land_use_classes(edition)[f"name_{language}"]
    return {str(code): str(name) for code, name in names.items()}


@functools.cache
def _with_name(edition: str) -> Mapping[str, tuple[str, ...]]:
    """Give all codes of every name."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in _names(edition, "zh").items():
        found[name] = (*found.get(name, ()), code)
    return found


def is_class(text: str, edition: str) -> bool:
    """Tell whether a text is a code of an edition.

    Examples
    --------
    >>> is_class("R2", "GB50137"), is_class("R2", "2023"), is_class("0701", "another")
    (True, False, False)
    """
    return edition in EDITIONS and text in _names(edition, "zh")


@functools.lru_cache(maxsize=4096)
def is_land_use(text: str, edition: str) -> bool:
    """Tell whether a text is a code of an edition, or several of them as mixed use is written.

    Examples
    --------
    >>> is_land_use("0901/0902", "2023"), is_land_use("住宅", "2023")
    (True, False)
    """
    parts = mixed_codes(text) or (text,)
    return all(is_class(part, edition) for part in parts)


def _fits(text: str, edition: str) -> bool:
    return is_land_use(text, edition) or text in _by_name(edition)


def one_edition(values: "pd.Series[Any]") -> str:
    """Give the edition that all cells with a value name; empty if none or several do."""
    said = set(values[~blank_cells(values)].astype(str).str.strip())
    found = said.pop() if len(said) == 1 else ""
    return found if found in EDITIONS else ""


def file_edition(
    codes: Iterable[str], *, told: str, stated: str, layer: str, layer_first: bool = False
) -> FileEdition:
    """Tell in which edition codes are to be read.

    Parameters
    ----------
    codes
        Codes or class names of rows that do not say their edition.
    told
        What the person said at the import; goes first. Empty for nothing.
    stated
        The one edition that other rows of the file name.
    layer
        The one edition of the layer as it was.
    layer_first
        Keep to the layer's whatever the codes say, as a table does that is joined to it.

    Returns
    -------
    FileEdition
        By the codes where all of them are in exactly one edition. Where several fit, that of the
        layer; else the present one is assumed and said so.

    Examples
    --------
    >>> file_edition(["R2", "A33"], told="", stated="", layer="").edition
    'GB50137'
    >>> file_edition(["0701"], told="", stated="", layer="").origin
    'assumed'
    """
    if told:
        return FileEdition(edition=told, origin="told")
    if stated:
        return FileEdition(edition=stated, origin="file")
    texts = [text for text in (str(code).strip() for code in codes) if text]
    if not texts:
        return FileEdition(edition="", origin="")
    fitting: dict[str, int] = {
        edition: sum(_fits(text, edition) for text in texts) for edition in EDITIONS
    }
    whole = [edition for edition in EDITIONS if fitting[edition] == len(texts)]
    if len(whole) == 1 and not (layer and layer_first):
        return FileEdition(edition=whole[0], origin="codes")
    if layer and (layer_first or layer in whole or not whole):
        return FileEdition(edition=layer, origin="layer", notes=_better(fitting, layer, texts))
    assumed = PRESENT_EDITION
    better = _better(fitting, assumed, texts)
    notes = better or (Finding(-1, "edition_assumed", {"edition": assumed}),)
    return FileEdition(edition=assumed, origin="assumed", notes=notes)


def _better(fitting: Mapping[str, int], taken: str, texts: Sequence[str]) -> tuple[Finding, ...]:
    """Say that another edition has more of the codes than the one that was taken."""
    best = max(EDITIONS, key=lambda edition: fitting[edition])
    if fitting[best] <= fitting[taken]:
        return ()
    facts = {
        "edition": taken,
        "fits": fitting[taken],
        "other": best,
        "other_fits": fitting[best],
        "number": len(texts),
    }
    return (Finding(-1, "edition_fits_other", facts),)


def mixed_editions(frame: pd.DataFrame) -> Iterator[Finding]:
    """Say that codes of several editions would stand in one layer.

    Examples
    --------
    >>> next(mixed_editions(pd.DataFrame({"edition": ["2023", "2020", None]}))).facts["found"]
    '2020: 1; 2023: 1'
    """
    if EDITION in frame:
        said = frame.loc[~blank_cells(frame[EDITION]), EDITION].astype(str).str.strip()
        counts = said.value_counts().sort_index()
        if len(counts) > 1:
            found = "; ".join(f"{edition}: {number}" for edition, number in counts.items())
            yield Finding(-1, "editions_mixed", {"found": found})


def put_codes_for_names(
    codes: "pd.Series[Any]", editions: "pd.Series[Any]"
) -> tuple["pd.Series[Any]", dict[str, int]]:
    """Put the code for the name of a land-use class, where one class only has that name.

    Parameters
    ----------
    codes
        As the file has them.
    editions
        Of each row; a row of an edition that does not exist is left as it is.

    Returns
    -------
    tuple
        Codes on the same index, and how often which name became which code.

    Examples
    --------
    >>> names = pd.Series(["城镇住宅用地", "二类居住用地"])
    >>> put_codes_for_names(names, pd.Series(["2023", "GB50137"]))[0].tolist()
    ['0701', 'R2']
    """
    new, found = codes.copy(), dict[str, int]()
    for edition, rows in codes.groupby(editions.astype(str)):
        if edition not in EDITIONS:
            continue
        by_name = _by_name(str(edition))
        names = rows.map(lambda text: str(text).strip(), na_action="ignore")
        named = names.isin(list(by_name))
        for name, number in names[named].value_counts().items():
            key = f"{name} → {by_name[str(name)]}"
            found[key] = found.get(key, 0) + int(number)
        new.loc[rows.index[named]] = names[named].map(by_name)
    return new, found


def names_against_codes(
    rows: pd.DataFrame, editions: "pd.Series[Any]", headings: Sequence[str]
) -> Iterator[Finding]:
    """Find class names beside the codes that name another class.

    Parameters
    ----------
    rows
        Index: row of the file; ``land_use_code`` and perhaps ``id``.
    editions
        Of each row.
    headings
        Columns that are looked at; those whose texts are mostly no class names are passed over.

    Yields
    ------
    Finding
        A name that is coarser or finer than the code
        does not contradict it.
    """
    known = frozenset[str]().union(*(_with_name(edition) for edition in EDITIONS))
    for heading in headings:
        names = rows[heading].map(lambda text: str(text).strip(), na_action="ignore")
        names = names[~blank_cells(names)]
        if names.empty or names.isin(known).mean() < _HALF:
            continue
        strange: dict[str, list[str]] = {}
        named = names[names.isin(known)]
        beside = zip(
            named.index, rows[CODE][named.index], named, editions[named.index], strict=True
        )
        for row, code, name, edition in beside:
            if not is_class(code, edition) or _agree(code, name, edition):
                continue
            label = str(rows["id"][row]) if "id" in rows else ""
            fits = [one for one in EDITIONS if is_class(code, one) and _agree(code, name, one)]
            if not fits and name not in _with_name(edition):
                strange.setdefault(edition, []).append(f"{label} {code} {name}".strip())
                continue
            facts = {
                "code": code,
                "class_zh": _names(edition, "zh")[code],
                "class_en": _names(edition, "en")[code],
                "heading": heading,
                "name": name,
                "edition": edition,
                "fits_zh": "、".join(fits) or "无",
                "fits_en": ", ".join(fits) or "none",
            }
            yield Finding(int(str(row)) - 1, "name_against_code", facts, feature=label)
        for edition, found in strange.items():
            examples = ", ".join(found[:_NAMED]) + (" …" if len(found) > _NAMED else "")
            told = {"heading": heading, "edition": edition, "number": len(found)}
            yield Finding(-1, "names_of_other_edition", told | {"examples": examples})


def _agree(code: str, name: str, edition: str) -> bool:
    same = _with_name(edition).get(name, ())
    return any(code.startswith(one) or one.startswith(code) for one in same)
