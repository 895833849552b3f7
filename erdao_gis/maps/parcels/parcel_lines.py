"""What is known of each parcel as lines in words, in both languages, with what each is worth."""

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from erdao_gis.catalogue import code_lists
from erdao_gis.land_use import land_use_classes
from erdao_gis.maps.parcels.parcel_findings import bound_lines, finding_of, parcel_words
from erdao_gis.parcels import LimitCheck, ParcelFacts, cannot_tell, edition_of, facts_borne
from erdao_gis.wording import Pair
from erdao_gis.yes_no import as_codes

UNDRAWN = ("parcels_null_geometry", "parcels_self_crossing", "parcels_not_area")
"""Faults for which a parcel cannot be drawn."""

_AREAS = ("zones", "belts", "clusters", "cores", "nodes", "subdistricts")
_PLACES = ("metro_stations", "parks", "schools", "clinics")
_CLASHES = ("river_setback", "subsidence", "protected_land")
_BOUNDS = ("lower_bound", "upper_bound")
_BAND = ("", "_low", "_high")

_Row = Mapping[str, object]
_Line = Callable[[_Row], Pair]


def line_titles() -> dict[str, Pair]:
    """Return the headings of the lines, in the order in which they are read.

    >>> list(line_titles())[:3]
    ['page_finding', 'page_faults', 'page_use']
    """
    keys = ["page_finding", "page_faults", "page_use", "page_size", "page_outline", "page_streets"]
    titles = {key: parcel_words(key) for key in keys}
    titles |= {f"page_{name}": parcel_words(name) for name in _AREAS}
    more = (*_PLACES, *_CLASHES, "crossings")
    titles |= {f"page_{name}": parcel_words(f"page_{name}") for name in more}
    return titles


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Words:
    """Facts with their states and the names of what they point to."""

    states: Mapping[str, str]
    names: Mapping[str, Mapping[str, Pair]]
    accuracy: Mapping[str, Mapping[str, float]]
    "How far off the outline of each area may be, by layer and id."
    crossing: Mapping[str, Sequence[Pair]]
    possible: Mapping[str, Sequence[Pair]]
    "Lines that cross a parcel for certain, and those that may."
    frontage: Mapping[str, Sequence[tuple[str, float]]]
    english: Mapping[str, str]
    cut_off: Mapping[str, Collection[str]]

    def worth(self, said: Pair, column: str) -> Pair:
        """Add to a line that it is a bound only."""
        state = self.states.get(column, "value")
        if state not in _BOUNDS:
            return said
        return parcel_words("page_bound", {"said": said, "worth": parcel_words(f"worth_{state}")})

    def known(self, column: str) -> bool:
        return self.states.get(column, "no_data") != "no_data"

    def size(self, row: _Row) -> Pair:
        facts = {"m2": _figure(row["area_m2"], 1), "ha": _figure(row["area_ha"], 4),
                 "mu": _figure(row["area_mu"], 2)}  # fmt: skip
        return parcel_words("page_size_is", facts)

    def outline(self, row: _Row) -> Pair:
        facts = {
            "metres": _figure(row["perimeter_m"], 1),
            "compact": _figure(row["compactness"], 2),
        }
        return parcel_words("page_outline_is", facts)

    def streets(self, row: _Row) -> Pair:
        if not self.known("frontage_m"):
            return parcel_words("page_no_roads")
        along = self.frontage.get(str(row["id"]), ())
        if not along:
            # A street may be missing from the layer: that is no parcel without one.
            whole = self.states["frontage_m"] == "value"
            return parcel_words("page_no_street" if whole else "page_roads_partial")
        open_to_cars = row["street_access"] == "yes"
        listed = [(name, _figure(metres, 1)) for name, metres in along]
        facts = {
            "total": _figure(row["frontage_m"], 1),
            "streets": Pair(zh="、".join(f"{name} {metres} 米" for name, metres in listed),
                            en=", ".join(f"{self.english.get(name, name)} {metres} m"
                                         for name, metres in listed)),
            "access": parcel_words("page_access" if open_to_cars else "page_no_access"),
        }  # fmt: skip
        return self.worth(parcel_words("page_streets_are", facts), "frontage_m")

    def area(self, name: str) -> _Line:
        def line(row: _Row) -> Pair:
            if not self.known(name):
                return parcel_words("worth_no_data")
            inside = not _missing(row[name])
            place = row[name if inside else f"{name}_possible"]
            if _missing(place):
                return self.worth(parcel_words("page_outside"), name)
            key = str(place)
            share, low, high = (_number(row[f"{name}_share{end}"]) for end in _BAND)
            facts: dict[str, object] = {
                "name": self.names[name][key],
                "accuracy": f"{self.accuracy[name][key]:,g}",
                "share": _short(share),
                "low": _short(low),
                "high": _short(high),
            }
            if cannot_tell(low, high):
                return parcel_words("unsure" if inside else "page_outside_unsure", facts)
            if not inside:
                return self.worth(parcel_words("page_outside_about", facts), name)
            said = parcel_words("page_in" if high - low < 1 else "page_in_about", facts)
            count = int(_number(row[f"{name}_count"]))
            if count > 1:
                said = parcel_words("page_several", {"said": said, "count": count})
            return self.worth(said, name)

        return line

    def place(self, name: str) -> _Line:
        def line(row: _Row) -> Pair:
            metres, low, high = (row[f"{name}_m{end}"] for end in _BAND)
            if not self.known(f"{name}_m") or _missing(metres):
                return parcel_words("worth_no_data")
            key = str(row[f"{name}_id"])
            exact = _number(high) - _number(low) < 1
            facts: dict[str, object] = {
                "name": self.names[name].get(key, Pair(zh=key, en=key)),
                "metres": _figure(metres, 0) if exact else _short(metres),
                "low": _short(low),
                "high": _short(high),
                "walk": self.walk(row, f"{name}_walk_min"),
            }
            said = parcel_words("page_place" if exact else "page_place_about", facts)
            return self.worth(said, f"{name}_m")

        return line

    def walk(self, row: _Row, column: str) -> Pair:
        minutes = row.get(column)
        if not self.known(column) or _missing(minutes):
            lost = str(row["id"]) in self.cut_off.get(column, ())
            return parcel_words("page_walk_cut_off" if lost else "page_no_walk_data")
        if math.isinf(_number(minutes)):
            return parcel_words("page_no_walk")
        return parcel_words("page_walk", {"minutes": _figure(minutes, 1)})

    def clash(self, name: str) -> _Line:
        def line(row: _Row) -> Pair:
            taken, low, high = (_number(row[f"{name}_m2{end}"]) for end in _BAND)
            if not self.known(f"{name}_m2") or math.isnan(high):
                return parcel_words("worth_no_data")
            share, exact = row[f"{name}_share"], high - low < 1
            facts = {
                "m2": _figure(taken, 1) if exact else _short(taken),
                "share": _figure(share, 1) if exact else _short(share),
                "low": _short(low),
                "high": _short(high),
            }
            key = "page_clash" if taken > 0 else "page_no_clash"
            return self.worth(parcel_words(key if exact else f"{key}_about", facts), f"{name}_m2")

        return line

    def crossings(self, row: _Row) -> Pair:
        if not self.known("crossings"):
            return parcel_words("worth_no_data")
        key = str(row["id"])
        sure, maybe = self.crossing.get(key, ()), self.possible.get(key, ())
        whole = self.states["crossings"] == "value"
        said = [_listed(sure)] if sure else []
        said += [parcel_words("page_crossing_possible", {"lines": _listed(maybe)})] if maybe else []
        if not said:
            return parcel_words("page_no_crossing" if whole else "page_crossing_unseen")
        return self.worth(Pair(zh="；".join(one.zh for one in said),
                               en="; ".join(one.en for one in said)), "crossings")  # fmt: skip


def _listed(lines: Sequence[Pair]) -> Pair:
    return Pair(zh="、".join(one.zh for one in lines), en=", ".join(one.en for one in lines))


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _figure(value: object, decimals: int) -> str:
    return f"{_number(value):,.{decimals}f}"


def _short(value: object) -> str:
    """Write a figure that is rounded already: 54, 54.15."""
    return _figure(value, 2).rstrip("0").rstrip(".")


def street_names(roads: pd.DataFrame) -> dict[str, str]:
    """Return the English names of streets by their Chinese ones, where they have some.

    >>> street_names(pd.DataFrame({"name_zh": ["甲街", "乙街"], "name_en": ["Jia Street", None]}))
    {'甲街': 'Jia Street'}
    """
    both = roads[["name_zh", "name_en"]].dropna()
    return dict(zip(both["name_zh"].astype(str), both["name_en"].astype(str), strict=True))


def _names(layer: pd.DataFrame) -> dict[str, Pair]:
    """Return id and name of the features of a layer: SZN1 老镇区."""
    zh = layer["name_zh"].fillna("").astype(str)
    en = layer["name_en"].fillna("").astype(str).where(layer["name_en"].notna(), zh)
    return {
        str(key): Pair(zh=f"{key} {one}".strip(), en=f"{key} {other}".strip())
        for key, one, other in zip(layer.index, zh, en, strict=True)
    }


def _uses(found: ParcelFacts) -> dict[str, Pair]:
    classes = land_use_classes(edition_of(found.parcels))
    return {
        str(code): Pair(zh=f"{code} {zh}", en=f"{code} {en}")
        for code, zh, en in zip(classes.index, classes["name_zh"], classes["name_en"], strict=True)
    }


def _crossings(
    rows: pd.DataFrame,
) -> tuple[Mapping[str, Sequence[Pair]], Mapping[str, Sequence[Pair]]]:
    """Return the lines of each parcel with their metres: what is certain, and what may be."""
    sure: dict[str, list[Pair]] = {}
    maybe: dict[str, list[Pair]] = {}
    for row in rows.to_dict("records"):
        facts = {
            "kind": parcel_words(f"line_{row['kind']}"),
            "name": Pair(zh=row["name_zh"], en=row["name_en"]),
            "metres": _figure(row["length_m"], 0),
        }
        told = sure if row["length_low_m"] > 0 else maybe
        told.setdefault(str(row["parcel"]), []).append(parcel_words("page_crossing", facts))
    return sure, maybe


def _faults(checked: LimitCheck) -> dict[str, Pair]:
    """Return the faults of each parcel as one text; why one has no outline is told as such."""
    told: dict[str, list[Pair]] = {}
    for fault in checked.audit.faults:
        if fault.rule in UNDRAWN:
            continue
        said = Pair(zh=fault.message("zh"), en=fault.message("en"))
        told.setdefault(fault.feature, []).append(said)
    return {
        key: Pair(zh="".join(one.zh for one in said), en=" ".join(one.en for one in said))
        for key, said in told.items()
    }


def parcel_lines(found: ParcelFacts, checked: LimitCheck) -> tuple[pd.DataFrame, dict[str, Pair]]:
    """Tell of each parcel what is known of it, one column a line.

    Parameters
    ----------
    found
        From `facts_of_parcels`.
    checked
        From `check_parcels`, of the same parcels.

    Returns
    -------
    pandas.DataFrame
        On the parcels' index; the cells are pairs, or None where a line does not apply. A
        figure that is only a bound says so, one that nobody knows says that there is no data.
    dict
        Headings of the columns, in their order.
    """
    along: dict[str, list[tuple[str, float]]] = {}
    for parcel, street, metres in found.frontage.itertuples(index=False):
        along.setdefault(str(parcel), []).append((str(street), float(metres)))
    names = {name: _names(found.around[name]) for name in (*_AREAS, *_PLACES)}
    crossing, possible = _crossings(found.crossings)
    say = _Words(
        states=found.facts.attrs["state"],
        names=names,
        accuracy={
            name: {str(key): off for key, off in found.accuracy[name].items()} for name in _AREAS
        },
        crossing=crossing,
        possible=possible,
        frontage=along,
        english=street_names(found.around["roads"]),
        cut_off={
            column: {str(label) for label in labels}
            for column, labels in found.facts.attrs.get("cut_off", {}).items()
        },
    )
    makers: dict[str, _Line] = {
        "page_size": say.size, "page_outline": say.outline, "page_streets": say.streets,
        **{f"page_{name}": say.area(name) for name in _AREAS},
        **{f"page_{name}": say.place(name) for name in _PLACES},
        **{f"page_{name}": say.clash(name) for name in _CLASHES},
        "page_crossings": say.crossings,
    }  # fmt: skip
    findings = finding_of(checked.limits).rename(index=str)
    faults, uses = _faults(checked), _uses(found)
    worth = str(checked.values.attrs.get("state", "value"))  # noqa: PD011 - a frame of that name
    bounds: dict[str, dict[str, Pair]] = {}
    for parcel, limit, limited in bound_lines(checked.limits, worth):
        bounds.setdefault(parcel, {})[f"page_limit_{limit}"] = limited
    limits = [f"page_limit_{key}" for key in checked.limits["limit"].unique()]
    codes = found.parcels.get("land_use_code", pd.Series(None, index=found.parcels.index))
    rows, unknown = [], parcel_words("worth_no_data")
    labels = found.facts.index.astype(str)
    facts = facts_borne(found.facts).to_dict("records")
    for key, code, row in zip(labels, codes, facts, strict=True):
        said = {"id": key} | {str(name): value for name, value in row.items()}
        use = Pair(zh=str(code), en=str(code))
        line: dict[str, object] = {
            "page_finding": parcel_words(f"finding_{findings[key]}"),
            "page_faults": faults.get(key),
            "page_use": unknown if _missing(code) else uses.get(str(code), use),
        }
        if _missing(said["area_m2"]):
            line["page_size"] = parcel_words("page_unmeasured")
        else:
            line |= {name: make(said) for name, make in makers.items()}
        rows.append(line | bounds.get(key, {}))
    titles = line_titles() | {key: parcel_words(key.removeprefix("page_")) for key in limits}
    table = pd.DataFrame(rows, index=found.parcels.index, columns=list(titles), dtype=object)
    return table.where(table.notna(), None), titles


def yes_no(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return yes and no in words; anything else as it is."""
    names = {code: Pair(zh=zh, en=en) for code, (zh, en) in code_lists()["yes_no"].items()}
    return as_codes(values).map(lambda value: names.get(value, value))
