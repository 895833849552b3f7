"""Commands on parcels: draft, facts, check, balance."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, WORKSPACE
from erdao_gis.cli.screen import show_frame, show_json, table_rows
from erdao_gis.errors import Language
from erdao_gis.wording import word

if TYPE_CHECKING:
    import pandas as pd

    from erdao_gis.catalogue import Place
    from erdao_gis.parcels import AreaDraft

INTO = click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="写到此文件夹 / write into this folder.",
)
NO_PAGE = click.option(
    "--no-page", is_flag=True, help="不写网页，只写数据文件 / no page, the data files only."
)
SHOWN = 30
LARGE = 5000  # parcels whose page is large
BYTES_A_PARCEL = 1200  # measured on grids of 5,000 and 20,000 parcels
MANY = 3000  # some seconds of work


@click.group()
def parcels() -> None:
    """地块：划分、情况、检查、平衡表、分割合并、沿革 / Parcels: facts, limits, balance, lineage."""


def print_parcels(key: str, language: Language, **facts: object) -> None:
    """Print one line out of the parcels' table of words."""
    click.echo(word("parcels", key, language).format_map(facts))


def print_written(paths: Sequence[Path], language: Language) -> None:
    """Name the files that were written."""
    for path in paths:
        print_parcels("written", language, path=str(path))


def warn_long(place: "Place", language: Language) -> None:
    """Say on the error stream that many parcels take a while."""
    from erdao_gis.catalogue import read_layer

    number = len(read_layer("parcels", place))
    if number > MANY:
        click.echo(word("parcels", "measuring", language).format(number=number), err=True)


def _warn_large(number: int, language: Language) -> None:
    """Say on the error stream, before a page is made, that it will be large."""
    if number > LARGE:
        megabytes = max(1, round(number * BYTES_A_PARCEL / 1e6))
        said = word("parcels", "page_size_told", language)
        click.echo(said.format(number=number, megabytes=megabytes), err=True)


def show_parcels(table: "pd.DataFrame", language: Language, *, every: bool = False) -> None:
    """Print a table, a long one only in its first lines."""
    first = table if every else table.head(SHOWN)
    show_frame(first)
    if len(first) < len(table):
        print_parcels("more", language, number=len(table) - len(first))


@parcels.command()
@WORKSPACE
@click.option("--area", "areas", multiple=True, help="只划这些片区，如 RA03 / only these areas.")
@click.option(
    "--size-ha", default=1.0, show_default=True, help="地块目标面积，公顷 / size aimed at."
)
@INTO
@NO_PAGE
@AS_JSON
@click.pass_context
def draft(
    context: click.Context,
    workspace: Path | None,
    areas: tuple[str, ...],
    size_ha: float,
    into: Path | None,
    *,
    no_page: bool,
    as_json: bool,
) -> None:
    """在道路齐全的片区划出示意地块 / Draft parcels where roads are complete; for illustration."""
    from erdao_gis.indicators import Run
    from erdao_gis.parcels import draft_areas, write_draft

    run = Run(workspace)
    drafted = draft_areas(run.dataset, areas=areas, size_ha=size_ha)
    paths: list[Path] = []
    if into:
        paths = write_draft(drafted, into, context.obj, run=run.id)
    if into and not no_page:
        from erdao_gis.maps import write_draft_page

        _warn_large(len(drafted.draft.parcels), context.obj)
        page = into / "draft.html"
        paths.append(write_draft_page(page, drafted, run, language=context.obj))
    if as_json:
        show_json(_draft_record(drafted, context.obj) | {"written": [str(path) for path in paths]})
    else:
        _show_draft(drafted, context.obj)
        print_written(paths, context.obj)
    context.exit(0 if len(drafted.draft.parcels) else 1)


def _draft_record(drafted: "AreaDraft", language: Language) -> dict[str, object]:
    found = drafted.draft
    table = found.parcels.drop(columns="geometry").reset_index()
    ledger = found.ledger.rename_axis("area_id").reset_index()
    return {
        "assumed": True,
        "parcels": table_rows(table),
        "ledger": table_rows(ledger),
        "refused": _refused(drafted, language),
    }


def _refused(drafted: "AreaDraft", language: Language) -> list[dict[str, object]]:
    from erdao_gis.parcels.facts.facts_tables import refusal_table

    rules = [fault.rule for fault in drafted.draft.faults]
    told = refusal_table(drafted, language).set_axis(["area_id", "message", "reason"], axis=1)
    return [{"rule": rule, **row} for rule, row in zip(rules, table_rows(told), strict=True)]


def _show_draft(drafted: "AreaDraft", language: Language) -> None:
    from erdao_gis.parcels.facts.facts_tables import draft_table

    found = drafted.draft
    if len(found.parcels):
        table = draft_table(drafted, language)
        columns = ["id", "area_m2", "frontage_m", "streets", "assumed"]
        own = ["id", *found.parcels.columns.drop("geometry")]
        show_parcels(table.iloc[:, [own.index(name) for name in columns]], language)
    print_parcels("drafted", language, number=len(found.parcels))
    if found.faults:
        print_parcels("refused", language)
        for row in _refused(drafted, language):
            click.echo(f"- {row['message']} {row['reason']}".rstrip())


@parcels.command()
@WORKSPACE
@INTO
@NO_PAGE
@AS_JSON
@click.pass_obj
def facts(
    language: Language,
    workspace: Path | None,
    into: Path | None,
    *,
    no_page: bool,
    as_json: bool,
) -> None:
    """每个地块的面积、临街、区位、距离、压占、穿越 / Size, streets, place, distances, clashes."""
    import pandas as pd

    from erdao_gis.indicators import Run
    from erdao_gis.parcels import write_facts
    from erdao_gis.parcels.answers import notices
    from erdao_gis.parcels.facts.facts_tables import facts_table

    run = Run(workspace)
    warn_long(run.dataset, language)
    found = run.facts
    paths: list[Path] = []
    if into:
        paths = write_facts(found, into, language, run=run.id)
    if into and not no_page:
        from erdao_gis.maps import write_parcels_page

        _warn_large(len(found.parcels), language)
        page = into / "parcels.html"
        paths.append(write_parcels_page(page, run, language=language))
    if as_json:
        own = found.parcels[["name_zh"]].rename(columns={"name_zh": "name"})
        table = pd.concat([own, found.facts], axis=1).rename_axis("id").reset_index()
        states = found.facts.attrs["state"]
        frontage, crossings = table_rows(found.frontage), table_rows(found.crossings)
        written = [str(path) for path in paths]
        show_json(
            {
                "parcels": table_rows(table),
                "state": states,
                "frontage": frontage,
                "crossings": crossings,
                "faults": [fault.as_dict(language) for fault in found.audit.faults],
                "written": written,
            }
        )
        return
    table = facts_table(found, language)
    wanted = ("area_ha", "streets", "zones", "metro_stations_m", "protected_land_m2", "crossings")
    heads = [word("parcels", name, language) for name in wanted]
    show_parcels(table[[table.columns[0], *heads]], language)
    if found.audit.faults:
        print_parcels("faulty", language, number=len(found.audit.faults))
    for line in notices(found.parcels, language):
        click.echo(line)
    print_written(paths, language)


@parcels.command()
@WORKSPACE
@INTO
@NO_PAGE
@AS_JSON
@click.pass_context
def check(
    context: click.Context,
    workspace: Path | None,
    into: Path | None,
    *,
    no_page: bool,
    as_json: bool,
) -> None:
    """容积率、密度、绿地率、限高、穿越与数据问题 / Hold parcels against limits; list faults."""
    from erdao_gis.indicators import Run
    from erdao_gis.parcels import write_check
    from erdao_gis.parcels.answers import notices
    from erdao_gis.parcels.facts.facts_tables import limits_table

    language: Language = context.obj
    run = Run(workspace)
    warn_long(run.dataset, language)
    checked = run.limits
    paths: list[Path] = []
    if into:
        paths = write_check(checked, into, language, run=run.id)
    if into and not no_page:
        from erdao_gis.maps import write_parcels_page

        _warn_large(len(checked.parcels), language)
        page = into / "parcels.html"
        paths.append(write_parcels_page(page, run, language=language))
    faults = checked.audit.faults
    if as_json:
        show_json(
            {
                "parcels": len(checked.parcels),
                "broken": table_rows(checked.broken),
                "counts": checked.counts,
                "states": checked.limits.attrs["ledger"],
                "faults": [fault.as_dict(language) for fault in faults],
                "ledger": checked.audit.ledger,
                "written": [str(path) for path in paths],
            }
        )
    else:
        if len(checked.broken):
            # What the norms are is in the workbook; a screen is narrow.
            show_parcels(limits_table(checked.broken, language).iloc[:, :7], language)
        counts = {"parcels": len(checked.parcels), "faults": len(faults), **checked.counts}
        click.echo(word("parcels", "checked", language).format_map(counts))
        for fault in faults[:SHOWN]:
            click.echo(f"- [{fault.rule}] {fault.message(language)}")
        if len(faults) > SHOWN:
            print_parcels("more", language, number=len(faults) - SHOWN)
        for line in notices(checked.parcels, language):
            click.echo(line)
        print_written(paths, language)
    context.exit(1 if faults or len(checked.broken) else 0)
