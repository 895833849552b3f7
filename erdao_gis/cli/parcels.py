"""Commands on parcels: draft, facts, check, balance."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, WORKSPACE
from erdao_gis.cli.screen import show_json, show_table
from erdao_gis.errors import Language
from erdao_gis.wording import word

if TYPE_CHECKING:
    import pandas as pd

    from erdao_gis.parcels import AreaDraft, WorkspaceBalance

INTO = click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="写到此文件夹 / write into this folder.",
)
SHOWN = 30
MANY = 3000  # some seconds of work
UNITS = ("zones", "subdistricts", "clusters", "cores", "belts")


@click.group()
def parcels() -> None:
    """地块：划分、情况、检查、平衡表、分割合并、沿革 / Parcels: facts, limits, balance, lineage."""


def _say(key: str, language: Language, **facts: object) -> None:
    click.echo(word("parcels", key, language).format_map(facts))


def _written(paths: Sequence[Path], language: Language) -> None:
    for path in paths:
        _say("written", language, path=str(path))


def _tell_long(workspace: Path | None, language: Language) -> None:
    """Say on the error stream that many parcels take a while."""
    from erdao_gis.catalogue import read_layer

    number = len(read_layer("parcels", workspace))
    if number > MANY:
        click.echo(word("parcels", "measuring", language).format(number=number), err=True)


def _plain(value: object) -> object:
    """Return a cell as JSON has it: what is missing or endless is null."""
    import math

    import pandas as pd

    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def _rows(table: "pd.DataFrame") -> list[dict[str, object]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]


def _cell(value: object) -> object:
    shown = _plain(value)
    if shown is None:
        return ""
    return f"{shown:,.2f}" if isinstance(shown, float) else shown


def _show(table: "pd.DataFrame", language: Language, *, every: bool = False) -> None:
    """Print a table, a long one only in its first lines."""
    first = table if every else table.head(SHOWN)
    rows = [[_cell(value) for value in row] for row in first.astype(object).to_numpy().tolist()]
    show_table(rows, [str(name) for name in table.columns])
    if len(first) < len(table):
        _say("more", language, number=len(table) - len(first))


@parcels.command()
@WORKSPACE
@click.option("--area", "areas", multiple=True, help="只划这些片区，如 RA03 / only these areas.")
@click.option(
    "--size-ha", default=1.0, show_default=True, help="地块目标面积，公顷 / size aimed at."
)
@INTO
@AS_JSON
@click.pass_context
def draft(  # one parameter an option
    context: click.Context,
    workspace: Path | None,
    areas: tuple[str, ...],
    size_ha: float,
    into: Path | None,
    *,
    as_json: bool,
) -> None:
    """在道路齐全的片区划出示意地块 / Draft parcels where roads are complete; for illustration."""
    from erdao_gis.parcels import draft_areas, write_draft

    drafted = draft_areas(workspace, areas=areas, size_ha=size_ha)
    paths: list[Path] = []
    if into:
        from erdao_gis.maps import write_draft_page

        paths = write_draft(drafted, into, context.obj)
        page = into / "draft.html"
        paths.append(write_draft_page(page, drafted, workspace=workspace, language=context.obj))
    if as_json:
        show_json(_draft_record(drafted, context.obj) | {"written": [str(path) for path in paths]})
    else:
        _show_draft(drafted, context.obj)
        _written(paths, context.obj)
    context.exit(0 if len(drafted.draft.parcels) else 1)


def _draft_record(drafted: "AreaDraft", language: Language) -> dict[str, object]:
    found = drafted.draft
    table = found.parcels.drop(columns="geometry").reset_index()
    ledger = found.ledger.rename_axis("area_id").reset_index()
    return {
        "assumed": True,
        "parcels": _rows(table),
        "ledger": _rows(ledger),
        "refused": _refused(drafted, language),
    }


def _refused(drafted: "AreaDraft", language: Language) -> list[dict[str, object]]:
    from erdao_gis.parcels.tables import refusal_table

    rules = [fault.rule for fault in drafted.draft.faults]
    told = refusal_table(drafted, language).set_axis(["area_id", "message", "reason"], axis=1)
    return [{"rule": rule, **row} for rule, row in zip(rules, _rows(told), strict=True)]


def _show_draft(drafted: "AreaDraft", language: Language) -> None:
    from erdao_gis.parcels.tables import draft_table

    found = drafted.draft
    if len(found.parcels):
        table = draft_table(drafted, language)
        columns = ["id", "area_m2", "frontage_m", "streets", "assumed"]
        own = ["id", *found.parcels.columns.drop("geometry")]
        _show(table.iloc[:, [own.index(name) for name in columns]], language)
    _say("drafted", language, number=len(found.parcels))
    if found.faults:
        _say("refused", language)
        for row in _refused(drafted, language):
            click.echo(f"- {row['message']} {row['reason']}".rstrip())


@parcels.command()
@WORKSPACE
@INTO
@AS_JSON
@click.pass_obj
def facts(language: Language, workspace: Path | None, into: Path | None, *, as_json: bool) -> None:
    """每个地块的面积、临街、区位、距离、压占 / Size, streets, place, distances and clashes."""
    import pandas as pd

    from erdao_gis.parcels import check_parcels, facts_of_parcels, write_facts
    from erdao_gis.parcels.tables import facts_table
    from erdao_gis.parcels.writing import notices

    _tell_long(workspace, language)
    found = facts_of_parcels(workspace)
    paths: list[Path] = []
    if into:
        from erdao_gis.maps import write_parcels_page

        paths = write_facts(found, into, language)
        told = (found, check_parcels(workspace))
        page = into / "parcels.html"
        paths.append(write_parcels_page(page, workspace, language=language, told=told))
    if as_json:
        own = found.parcels[["name_zh"]].rename(columns={"name_zh": "name"})
        table = pd.concat([own, found.facts], axis=1).rename_axis("id").reset_index()
        states = found.facts.attrs["state"]
        frontage = _rows(found.frontage)
        written = [str(path) for path in paths]
        show_json(
            {
                "parcels": _rows(table),
                "state": states,
                "frontage": frontage,
                "faults": [fault.as_dict(language) for fault in found.audit.faults],
                "written": written,
            }
        )
        return
    table = facts_table(found, language)
    wanted = ("area_ha", "streets", "zones", "metro_stations_m", "protected_land_m2")
    heads = [word("parcels", name, language) for name in wanted]
    _show(table[[table.columns[0], *heads]], language)
    if found.audit.faults:
        _say("faulty", language, number=len(found.audit.faults))
    for line in notices(found.parcels, language):
        click.echo(line)
    _written(paths, language)


@parcels.command()
@WORKSPACE
@INTO
@AS_JSON
@click.pass_context
def check(
    context: click.Context, workspace: Path | None, into: Path | None, *, as_json: bool
) -> None:
    """容积率、密度、绿地率、限高与数据问题 / Hold parcels against their limits; list faults."""
    from erdao_gis.parcels import check_parcels, facts_of_parcels, write_check
    from erdao_gis.parcels.tables import limits_table
    from erdao_gis.parcels.writing import notices

    language: Language = context.obj
    _tell_long(workspace, language)
    checked = check_parcels(workspace)
    paths: list[Path] = []
    if into:
        from erdao_gis.maps import write_parcels_page

        paths = write_check(checked, into, language)
        told = (facts_of_parcels(workspace), checked)
        page = into / "parcels.html"
        paths.append(write_parcels_page(page, workspace, language=language, told=told))
    faults = checked.audit.faults
    if as_json:
        show_json(
            {
                "parcels": len(checked.parcels),
                "broken": _rows(checked.broken),
                "states": checked.limits.attrs["ledger"],
                "faults": [fault.as_dict(language) for fault in faults],
                "ledger": checked.audit.ledger,
                "written": [str(path) for path in paths],
            }
        )
    else:
        counts = {"broken": len(checked.broken), "faults": len(faults)}
        if counts["broken"]:
            # What the norms are is in the workbook; a screen is narrow.
            _show(limits_table(checked.broken, language).iloc[:, :7], language)
        _say("checked", language, parcels=len(checked.parcels), **counts)
        for fault in faults[:SHOWN]:
            click.echo(f"- [{fault.rule}] {fault.message(language)}")
        if len(faults) > SHOWN:
            _say("more", language, number=len(faults) - SHOWN)
        for line in notices(checked.parcels, language):
            click.echo(line)
        _written(paths, language)
    context.exit(1 if faults or len(checked.broken) else 0)


@parcels.command()
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
@INTO
@AS_JSON
@click.pass_obj
def balance(  # one parameter an option
    language: Language,
    workspace: Path | None,
    level: int,
    population: tuple[float, ...],
    unit: str | None,
    into: Path | None,
    *,
    as_json: bool,
) -> None:
    """用地平衡表：现状、规划、增减 / Balance of land: present, planned, change."""
    from erdao_gis.catalogue import read_layer
    from erdao_gis.parcels import balance_parcels, write_balance
    from erdao_gis.parcels.tables import balance_table, settled
    from erdao_gis.parcels.writing import notices

    _tell_long(workspace, language)
    found = balance_parcels(workspace, level=level, population=population, unit=unit)
    over = notices(read_layer("parcels", workspace), language)
    paths: list[Path] = []
    if into:
        from erdao_gis.maps import write_balance_page

        units = read_layer(unit, workspace) if unit else None
        paths = write_balance(found, into, language, units=units, over=over)
        page = write_balance_page(
            into / "balance.html",
            workspace,
            level=level,
            population=population,
            unit=unit,
            language=language,
        )
        paths.append(page)
    if as_json:
        table = settled(found.table.reset_index())
        table.insert(1, "name", table[f"name_{language}"])
        table = table.drop(columns=["name_zh", "name_en"])
        plain = {"present_ha": "area_ha", "present_percent": "percent"}
        show_json(_rows(table.rename(columns=plain)))
        _tell_left_out(found, language, err=True)
        return
    _show(balance_table(found, language), language, every=True)
    for date, row in found.rounding.iterrows():
        facts = {"date": word("parcels", f"date_{date}", language), "plain_sum": row["plain_sum"]}
        _say("balanced", language, **facts)
    if len(found.audit):
        _say("audited", language, number=len(found.audit))
    _tell_left_out(found, language)
    for line in over:
        click.echo(line)
    _written(paths, language)


def _tell_left_out(found: "WorkspaceBalance", language: Language, *, err: bool = False) -> None:
    """Say which rows are not in the balance, and which codes were no text."""
    from erdao_gis.parcels.writing import left_out_lines

    for line in left_out_lines(found, language):
        click.echo(line, err=err)
    for fault in found.faults[:SHOWN]:
        click.echo(f"- [{fault.rule}] {fault.message(language)}", err=err)
    if len(found.faults) > SHOWN:
        number = len(found.faults) - SHOWN
        click.echo(word("parcels", "more", language).format(number=number), err=err)
