"""Write the answers: XLSX for reading, GeoPackage with full Chinese headings for other programs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.errors import Language
from erdao_gis.files import write_bytes_atomic, write_features
from erdao_gis.parcels.balance import balance_tables
from erdao_gis.parcels.balance.form_sheets import balance_form, transition_form, units_form
from erdao_gis.parcels.balance.notes import drafted_note, left_out_notes
from erdao_gis.parcels.balance.place_balance import PlaceBalance
from erdao_gis.parcels.draft.area_draft import AreaDraft
from erdao_gis.parcels.facts import facts_tables
from erdao_gis.parcels.facts.facts_of_place import ParcelFacts
from erdao_gis.parcels.facts.limit_check import LimitCheck
from erdao_gis.wording import word
from erdao_gis.workbooks.forms import Form
from erdao_gis.workbooks.plain_tables import Sheet, workbook_bytes


def notices(parcels: gpd.GeoDataFrame, language: Language) -> tuple[str, ...]:
    """Say over a table that some parcels are drafted; nothing if none is."""
    number = facts_tables.assumed_count(parcels)
    return (word("parcels", "assumed", language).format(number=number),) if number else ()


@dataclass(frozen=True, kw_only=True)
class _Book:
    """What a workbook says beside its tables."""

    language: Language
    over: tuple[str, ...]
    "Lines over each table."
    run: str
    "Id of the run whose figures it holds; empty if nobody says."

    def write(
        self,
        path: Path,
        sheets: Sequence[tuple[str, pd.DataFrame]],
        forms: Sequence[Form] = (),
    ) -> Path:
        """Write forms, then tables, then what names the run; it stands in print on every page."""
        named = word("parcels", "run_line", self.language).format(run=self.run) if self.run else ""
        notes = (named,) if named else ()
        made: list[Form | Sheet] = [replace(form, notes=(*form.notes, *notes)) for form in forms]
        made += [
            Sheet(
                title=word("parcels", f"sheet_{key}", self.language), table=table, notices=self.over
            )
            for key, table in sheets
        ]
        if named:
            heading = word("parcels", "run", self.language)
            made.append(Sheet(title=heading, table=pd.DataFrame({heading: [self.run]})))
        return write_bytes_atomic(path, workbook_bytes(made, footer=named))


def _flat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns=frame.geometry.name))


def write_draft(
    drafted: AreaDraft, folder: Path | str, language: Language, *, run: str = ""
) -> list[Path]:
    """Write drafted parcels as ``parcels_draft.gpkg`` and ``parcels_draft.xlsx``.

    Both say that the parcels are assumed. The GeoPackage can be imported ``--as parcels``.
    Without any parcel only the workbook is written.
    """
    target, draft = Path(folder), drafted.draft
    written = []
    if len(draft.parcels):
        table = facts_tables.draft_table(drafted, "zh", codes=True)
        written.append(write_features(_filed(table), target / "parcels_draft.gpkg"))
    sheets = [
        ("draft", _flat(facts_tables.draft_table(drafted, language))),
        ("ledger", facts_tables.ledger_table(drafted, language)),
        ("refused", facts_tables.refusal_table(drafted, language)),
    ]
    book = _Book(language=language, over=notices(draft.parcels, language), run=run)
    return [*written, book.write(target / "parcels_draft.xlsx", sheets)]


def write_facts(
    found: ParcelFacts, folder: Path | str, language: Language, *, run: str = ""
) -> list[Path]:
    """Write facts as ``parcels_facts.gpkg`` and ``parcels_facts.xlsx``.

    The GeoPackage has the parcels' own columns and the facts under full Chinese headings, in
    EPSG:4551 and full precision.
    """
    target = Path(folder)
    table = facts_tables.facts_table(found, "zh", codes=True)
    sheets = [
        ("facts", _flat(facts_tables.facts_table(found, language))),
        ("frontage", facts_tables.frontage_table(found, language)),
        ("crossings", facts_tables.crossings_table(found, language)),
        ("worth", facts_tables.worth_table(found, language)),
        ("faults", facts_tables.fault_table(found.audit.faults, language)),
    ]
    book = _Book(language=language, over=notices(found.parcels, language), run=run)
    features = write_features(_filed(table), target / "parcels_facts.gpkg")
    return [features, book.write(target / "parcels_facts.xlsx", sheets)]


def _filed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table without its index, which stands among the columns already."""
    return table.reset_index(drop=True)


def write_check(
    checked: LimitCheck, folder: Path | str, language: Language, *, run: str = ""
) -> list[Path]:
    """Write counts, breaches, limits and faults as ``parcels_check.xlsx``."""
    sheets = [
        ("counts", facts_tables.counts_table(checked.limits, language)),
        ("broken", facts_tables.limits_table(checked.broken, language)),
        ("limits", facts_tables.limits_table(checked.limits, language)),
        ("faults", facts_tables.fault_table(checked.audit.faults, language)),
    ]
    book = _Book(language=language, over=notices(checked.parcels, language), run=run)
    return [book.write(Path(folder) / "parcels_check.xlsx", sheets)]


def write_balance(
    balance: PlaceBalance,
    folder: Path | str,
    language: Language,
    *,
    level: int = 1,
    unit: str | None = None,
    run: str = "",
) -> list[Path]:
    """Write the balance with all that its cells rest on as ``land_balance.xlsx``.

    The first sheets are in the customary form, ready for A4; what they rest on is annexed.

    Parameters
    ----------
    balance
        From `balance_parcels`.
    folder
        Where to; made when missing.
    language
        Of headings and names.
    level
        Level of the classes: 1, 2 or 3.
    unit
        Layer of areas for which the balance is set too, such as ``subdistricts``.
    run
        Id of the run that the balance belongs to; it stands on every sheet.

    Returns
    -------
    list of pathlib.Path
        The workbook. Drafted parcels and rows that could not be balanced are told at the foot of
        the balance and over the annexes.
    """
    whole = balance.at(level)
    forms = [balance_form(whole, language), transition_form(whole, language)]
    if unit is not None:
        forms.append(units_form(balance, unit, level, language))
    sheets = [
        ("parcels", balance_tables.parcels_list(whole, language)),
        ("audit", balance_tables.audit_table(whole, language)),
        ("account", balance_tables.account_table(whole, language)),
        ("reconciled", balance_tables.reconciled_table(whole, language)),
        ("left_out", balance_tables.left_out_table(whole, language)),
    ]
    notes = (*drafted_note(whole), *left_out_notes(whole))
    over = tuple(note.text(language) for note in notes)
    made = [form for form in forms if form is not None]
    book = _Book(language=language, over=over, run=run)
    return [book.write(Path(folder) / "land_balance.xlsx", sheets, made)]
