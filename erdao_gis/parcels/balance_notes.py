"""What a reader of a land balance must know, in sentences: under the table and on the screen."""

from erdao_gis.catalogue import code_lists
from erdao_gis.errors import Language
from erdao_gis.parcels.balance_tables import date_name
from erdao_gis.parcels.balancing import WorkspaceBalance
from erdao_gis.wording import word

__all__ = [
    "basis_lines",
    "classes_line",
    "ground_lines",
    "left_out_lines",
    "residents_lines",
    "rounding_lines",
]

_M2_A_HA = 10_000.0


def _said(key: str, language: Language, **facts: object) -> str:
    return word("parcels", key, language).format_map(facts)


def _dates(balance: WorkspaceBalance) -> list[str]:
    return [str(date) for date in balance.ledger.index]


def classes_line(balance: WorkspaceBalance, language: Language) -> str:
    """Say which edition and level of classes, and how areas are measured."""
    names = code_lists()["land_use_edition"][balance.edition]
    key = "form_classes_old" if balance.edition.startswith("GB") else "form_classes"
    level = _said(f"form_level_{balance.level}", language)
    return _said(key, language, edition=names[language == "en"], level=level)


def basis_lines(balance: WorkspaceBalance, language: Language) -> tuple[str, ...]:
    """Say what the plan rests on: what keeps its present use, or that there is no present."""
    if balance.parcels_only:
        return (_said("note_parcels_only", language),)
    lines = []
    if balance.scope == "parcels":
        lines.append(_said("note_scope_parcels", language))
    elif "planned" in _dates(balance):
        whole = float(balance.total["planned_ha"])
        percent = balance.kept_ha / whole * 100 if whole else 0.0
        facts = {"ha": f"{balance.kept_ha:,.2f}", "percent": f"{percent:.2f}"}
        lines.append(_said("note_planned", language, **facts))
    return tuple(lines)


def ground_lines(balance: WorkspaceBalance, language: Language) -> tuple[str, ...]:
    """Say what is counted twice, what only one date covers, and what no data tell of."""
    lines = []
    table = balance.table
    dates = list(_dates(balance))
    for date in dates:
        name = date_name(balance, date, language)
        for code, key in (("overlap", "note_overlap"), ("none", f"note_none_{date}")):
            hectares = float(table[f"{date}_ha"].get(code, 0.0))
            if hectares:
                lines.append(_said(key, language, date=name, ha=f"{abs(hectares):,.2f}"))
        # The plan covers the present's ground and more: what it lacks is in no line of the table.
        empty = float(balance.ledger["uncovered_m2"][dates[-1]]) / _M2_A_HA
        if empty and date == "present":
            lines.append(_said("note_uncovered", language, date=name, ha=f"{empty:,.2f}"))
    return tuple(lines)


def residents_lines(balance: WorkspaceBalance, language: Language) -> tuple[str, ...]:
    """Say how many residents the square metres a head rest on, for each date."""
    notes = []
    for date in _dates(balance):
        which = "parcels" if balance.parcels_only else date
        heads = float(balance.total.get(f"{date}_m2_per_head", 0.0))
        if heads > 0:
            number = round(float(balance.total[f"{date}_ha"]) * _M2_A_HA / heads)
            notes.append(_said(f"note_heads_{which}", language, number=f"{number:,}"))
        else:
            notes.append(_said(f"note_no_heads_{which}", language))
    return tuple(notes)


def rounding_lines(balance: WorkspaceBalance, language: Language) -> tuple[str, ...]:
    """Say what plain rounding of the percentages would have summed to, for each date."""
    return tuple(
        _said(
            "balanced",
            language,
            date=date_name(balance, date, language),
            plain_sum=f"{row['plain_sum']:.2f}",
        )
        for date, row in balance.rounding.iterrows()
    )


def left_out_lines(balance: WorkspaceBalance, language: Language) -> tuple[str, ...]:
    """Say that rows could not be balanced; nothing if all were."""
    told = balance.reconciled.sum()
    if not told["listed"]:
        return ()
    counts = {name: int(told[name]) for name in ("rows", "balanced", "listed", "unknown")}
    lines = [_said("left_out", language, **counts, area_m2=f"{told['listed_m2']:,.0f}")]
    if "planned" in balance.ledger.index and (balance.left_out["layer"] == "parcels").any():
        lines.append(_said("left_out_planned", language))
    return tuple(lines)
