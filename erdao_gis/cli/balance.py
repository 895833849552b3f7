"""The command for the balance of land."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, WORKSPACE
from erdao_gis.cli.parcels import (
    INTO,
    SHOWN,
    say_parcels,
    show_parcels,
    tell_long,
    tell_written,
)
from erdao_gis.cli.screen import show_json, table_rows
from erdao_gis.errors import Language
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.parcels import WorkspaceBalance
    from erdao_gis.parcels.balancing import Scope

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
    from erdao_gis.catalogue import read_layer
    from erdao_gis.parcels import balance_parcels, write_balance
    from erdao_gis.parcels.balance_notes import basis_lines, ground_lines, rounding_lines
    from erdao_gis.parcels.balance_tables import balance_table, settled
    from erdao_gis.parcels.writing import notices

    tell_long(workspace, language)
    found = balance_parcels(workspace, level=level, population=population, unit=unit, scope=scope)
    over = notices(read_layer("parcels", workspace), language)
    paths: list[Path] = []
    if into:
        units = read_layer(unit, workspace) if unit else None
        paths = write_balance(found, into, language, units=units, over=over)
    if into and not no_page:
        from erdao_gis.maps import write_balance_page

        page = write_balance_page(
            into / "balance.html",
            workspace,
            level=level,
            population=population,
            unit=unit,
            scope=scope,
            language=language,
        )
        paths.append(page)
    if as_json:
        table = settled(found.table.reset_index())
        table.insert(1, "name", table[f"name_{language}"])
        table = table.drop(columns=["name_zh", "name_en"])
        plain = {"present_ha": "area_ha", "present_percent": "percent"}
        show_json(table_rows(table.rename(columns=plain)))
        _tell_left_out(found, language, err=True)
        return
    show_parcels(balance_table(found, language), language, every=True)
    for line in (
        *basis_lines(found, language),
        *ground_lines(found, language),
        *rounding_lines(found, language),
    ):
        click.echo(line)
    if len(found.audit):
        say_parcels("audited", language, number=len(found.audit))
    _tell_left_out(found, language)
    for line in over:
        click.echo(line)
    tell_written(paths, language)


def _tell_left_out(found: "WorkspaceBalance", language: Language, *, err: bool = False) -> None:
    """Say which rows are not in the balance, and which codes were no text."""
    from erdao_gis.parcels.balance_notes import left_out_lines

    for line in left_out_lines(found, language):
        click.echo(line, err=err)
    for fault in found.faults[:SHOWN]:
        click.echo(f"- [{fault.rule}] {fault.message(language)}", err=err)
    if len(found.faults) > SHOWN:
        number = len(found.faults) - SHOWN
        click.echo(word("parcels", "more", language).format(number=number), err=err)
