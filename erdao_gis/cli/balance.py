"""The command for the balance of land."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, WORKSPACE
from erdao_gis.cli.parcels import (
    INTO,
    SHOWN,
    print_parcels,
    print_written,
    show_parcels,
    warn_long,
)
from erdao_gis.cli.screen import show_json
from erdao_gis.errors import Language
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.parcels import WorkspaceBalance
    from erdao_gis.parcels.balance.balanced_land import Scope

SCOPES = ("all", "parcels")
UNITS = ("zones", "subdistricts", "clusters", "cores", "belts")


@click.command()
@WORKSPACE
@click.option(
    "--level",
    type=click.IntRange(1, 3),
    default=1,
    show_default=True,
    help="用地分类的级别 / level of the classes.",
)
@click.option(
    "--population",
    type=float,
    multiple=True,
    help="现状人口；再给一次为规划人口 / residents; given twice: present, then planned.",
)
@click.option("--unit", type=click.Choice(UNITS), help="并按单元汇总 / also within these units.")
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    default="all",
    show_default=True,
    help="all 全部用地；parcels 仅地块范围 / all land, or the parcels' ground only.",
)
@INTO
@click.option("--no-page", is_flag=True, help="只写表格，不写网页 / no page, the workbook only.")
@AS_JSON
@click.pass_obj
def balance(  # noqa: PLR0913 - one parameter an option
    language: Language,
    workspace: Path | None,
    level: int,
    population: tuple[float, ...],
    unit: str | None,
    scope: "Scope",
    into: Path | None,
    *,
    no_page: bool,
    as_json: bool,
) -> None:
    """用地平衡表：现状、规划、增减 / Balance of land: present, planned, change."""
    from erdao_gis.indicators import Run
    from erdao_gis.parcels import balance_table, write_balance
    from erdao_gis.parcels.balance.notes import balance_notes, drafted_note

    run = Run(workspace, population=population, scope=scope)
    warn_long(run.dataset, language)
    whole = run.balance
    found = whole.at(level)
    if unit:
        whole.within(unit, level)  # a layer without outlines is refused before anything is written
    paths: list[Path] = []
    if into:
        paths = write_balance(whole, into, language, level=level, unit=unit, run=run.id)
    if into and not no_page:
        from erdao_gis.maps import write_balance_page

        page = into / "balance.html"
        paths.append(write_balance_page(page, run, level=level, unit=unit, language=language))
    if as_json:
        show_json(_records(found, language))
        _print_left_out(found, language, err=True)
        return
    show_parcels(balance_table(found, language), language, every=True)
    for note in balance_notes(found):
        click.echo(note.text(language))
    if len(found.audit):
        print_parcels("audited", language, number=len(found.audit))
    _print_faults(found, language)
    for note in drafted_note(found):
        click.echo(note.text(language))
    print_written(paths, language)


def _records(balance: "WorkspaceBalance", language: Language) -> list[dict[str, object]]:
    """Return the lines of the balance without its totals, as JSON has them."""
    from erdao_gis.parcels.balance.lines import balance_lines

    plain = {"present_ha": "area_ha", "present_percent": "percent"}
    return [
        {"code": line.key, "name": line.name.text(language)}
        | {plain.get(name, name): value for name, value in line.figures.items()}
        for line in balance_lines(balance)
        if line.kind in ("class", "no class")
    ]


def _print_left_out(balance: "WorkspaceBalance", language: Language, *, err: bool = False) -> None:
    """Say which rows are not in the balance, and which codes were no text."""
    from erdao_gis.parcels.balance.notes import left_out_notes

    for note in left_out_notes(balance):
        click.echo(note.text(language), err=err)
    _print_faults(balance, language, err=err)


def _print_faults(balance: "WorkspaceBalance", language: Language, *, err: bool = False) -> None:
    """Name the rows that are not in the balance, and the codes that were no text."""
    for fault in balance.faults[:SHOWN]:
        click.echo(f"- [{fault.rule}] {fault.message(language)}", err=err)
    if len(balance.faults) > SHOWN:
        number = len(balance.faults) - SHOWN
        click.echo(word("parcels", "more", language).format(number=number), err=err)
