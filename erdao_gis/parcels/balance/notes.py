"""What a reader of a land balance must know, in sentences: the same wherever it is set."""

import math

from erdao_gis.analysis.balance.dated_parcels import NO_CLASSES
from erdao_gis.land_use import EDITIONS
from erdao_gis.parcels.balance.lines import class_labels, date_name, figure_text
from erdao_gis.parcels.balance.place_balance import WorkspaceBalance
from erdao_gis.wording import Pair, pair

_M2_A_HA = 10_000.0


def scope_note(balance: WorkspaceBalance) -> Pair:
    """Say which ground is balanced."""
    return pair("parcels", f"form_scope_{'alone' if balance.parcels_only else balance.scope}")


def classes_note(balance: WorkspaceBalance) -> Pair:
    """Say which edition and level of classes, and how areas are measured."""
    edition = EDITIONS[balance.edition]
    level = pair("parcels", f"form_level_{balance.level}")
    facts = {"classification": edition.classification, "edition": edition.title, "level": level}
    return pair("parcels", "form_classes", facts)


def balance_notes(balance: WorkspaceBalance) -> tuple[Pair, ...]:
    """Say all that belongs below the table.

    Parameters
    ----------
    balance
        A balance at any level.

    Returns
    -------
    tuple of Pair
        What the plan rests on; what is counted twice, what only one date covers, what no data
        tell of; the residents; what rounding did; what is not balanced.
    """
    notes = [*_basis(balance), *_ground(balance), *_residents(balance), *_rounding(balance)]
    notes.append(pair("parcels", "note_decimals"))
    if balance.level > 1:
        notes.append(pair("parcels", "note_subtotals"))
    return (*notes, *left_out_notes(balance))


def _basis(balance: WorkspaceBalance) -> list[Pair]:
    """Say what the plan rests on: what keeps its present use, or that there is no present."""
    if balance.parcels_only:
        return [pair("parcels", "note_parcels_only")]
    if balance.scope == "parcels":
        return [pair("parcels", "note_scope_parcels")]
    if "planned" not in balance.dates:
        return []
    facts = {"ha": figure_text(balance.kept_ha), "percent": figure_text(balance.kept_percent)}
    return [pair("parcels", "note_planned", facts)]


def _ground(balance: WorkspaceBalance) -> list[Pair]:
    """Say what is counted twice, what only one date covers, and what no data tell of."""
    notes = []
    for date in balance.dates:
        name = date_name(balance, date)
        for code, key in (("overlap", "note_overlap"), ("none", f"note_none_{date}")):
            hectares = float(balance.table[f"{date}_ha"].get(code, 0.0))
            if hectares:
                facts = {"date": name, "ha": figure_text(abs(hectares))}
                notes.append(pair("parcels", key, facts))
        # The plan covers the present's ground and more: what it lacks is in no line of the table.
        empty = float(balance.ledger["uncovered_m2"][balance.dates[-1]]) / _M2_A_HA
        if empty and date == "present":
            facts = {"date": name, "ha": figure_text(empty)}
            notes.append(pair("parcels", "note_uncovered", facts))
    return notes


def _residents(balance: WorkspaceBalance) -> list[Pair]:
    """Say how many residents the square metres a head rest on, for each date."""
    notes = []
    for date in balance.dates:
        which = "parcels" if balance.parcels_only else date
        a_head = float(balance.total.get(f"{date}_m2_per_head", 0.0))
        if a_head > 0:
            number = round(float(balance.total[f"{date}_ha"]) * _M2_A_HA / a_head)
            notes.append(pair("parcels", f"note_heads_{which}", {"number": f"{number:,}"}))
        else:
            notes.append(pair("parcels", f"note_no_heads_{which}"))
    return notes


def _rounding(balance: WorkspaceBalance) -> list[Pair]:
    """Say what plain rounding of the percentages sums to, and which classes were adjusted."""
    notes, names = [], class_labels(balance)
    for date, row in balance.rounding.iterrows():
        if not math.isfinite(float(row["plain_sum"])):
            continue
        codes = [code for code in str(row["adjusted"]).split(";") if code]
        labels = [names[code] if code in NO_CLASSES else Pair(zh=code, en=code) for code in codes]
        facts = {
            "date": date_name(balance, date),
            "plain_sum": figure_text(float(row["plain_sum"])),
            "codes": Pair(zh="、".join(each.zh for each in labels),
                          en=", ".join(each.en for each in labels)),
        }  # fmt: skip
        notes.append(pair("parcels", "note_rounded" if codes else "note_rounded_exactly", facts))
    return notes


def left_out_notes(balance: WorkspaceBalance) -> tuple[Pair, ...]:
    """Say that rows could not be balanced; nothing if all were."""
    told = balance.reconciled.sum()
    if not told["listed"]:
        return ()
    counts = {name: int(told[name]) for name in ("rows", "balanced", "listed", "unknown")}
    facts: dict[str, object] = {**counts, "area_m2": f"{told['listed_m2']:,.0f}"}
    notes = [pair("parcels", "left_out", facts)]
    if "planned" in balance.dates and (balance.left_out["layer"] == "parcels").any():
        notes.append(pair("parcels", "left_out_planned"))
    return tuple(notes)


def drafted_note(balance: WorkspaceBalance) -> tuple[Pair, ...]:
    """Say that parcels were drafted for illustration; nothing if none was."""
    return (pair("parcels", "assumed", {"number": balance.drafted}),) if balance.drafted else ()


def audit_note(balance: WorkspaceBalance, sheet: Pair) -> tuple[Pair, ...]:
    """Say how much the audit found and where it is listed; nothing if all is in order.

    Parameters
    ----------
    balance
        A balance at any level.
    sheet
        Name of the sheet or tab with the list.
    """
    number = len(balance.audit)
    return (pair("parcels", "note_audit", {"number": number, "sheet": sheet}),) if number else ()
