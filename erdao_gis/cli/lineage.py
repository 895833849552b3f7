"""Commands on what becomes of parcels: split, merge, renumber, lineage."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, show_changes
from erdao_gis.cli.screen import show_json, show_table
from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.parcels import Branch, Family, Record

WORKSPACE = click.argument("workspace", type=click.Path(path_type=Path))
DATE = click.option("--date", help="操作日期，默认今天 / day of the operation (default: today).")
DRY_RUN = click.option("--dry-run", is_flag=True, help="只看不写 / tell, write nothing.")


def tell(key: str, language: Language, **facts: object) -> None:
    """Print one line out of the words on lineage."""
    shown = {name: visible(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    click.echo(word("lineage", key, language).format_map(shown))


def _pairs(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Read COLUMN=VALUE."""
    parts = [text.partition("=") for text in texts]
    if not all(name and sign and value for name, sign, value in parts):
        raise click.BadParameter("应为 列=值 / expected COLUMN=VALUE")
    told = {name.strip(): value.strip() for name, _, value in parts}
    if len(told) < len(parts):
        raise click.BadParameter("同一列给了两次 / a column is given twice")
    return told


@click.command()
@WORKSPACE
@click.argument("code")
@click.option("--line", help='分割线坐标 / the line as "x1,y1 x2,y2".')
@click.option(
    "--line-file",
    type=click.Path(path_type=Path),
    help="分割线文件（GeoJSON、GPKG、SHP、含 WKT 的 CSV） / file with the line.",
)
@click.option("--feature", default="", help="文件中哪一条线 / code of the line in the file.")
@click.option(
    "--crs",
    help="坐标所用坐标系；--line 默认 EPSG:4551（米），经纬度用 EPSG:4490 / "
    "CRS of the coordinates; --line: EPSG:4551, metres (degrees: EPSG:4490).",
)
@DATE
@click.option(
    "--new-code",
    "new_codes",
    multiple=True,
    help="新编号，自西向东逐块给出 / codes of the new parcels, from west to east.",
)
@DRY_RUN
@AS_JSON
@click.pass_obj
def split(  # noqa: PLR0913, PLR0917  # one parameter an option
    language: Language,
    workspace: Path,
    code: str,
    line: str | None,
    line_file: Path | None,
    feature: str,
    crs: str | None,
    date: str | None,
    new_codes: tuple[str, ...],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """沿一条线分割地块并记录 / Cut a parcel along a line, and record it."""
    from erdao_gis.days import today
    from erdao_gis.parcels import line_of, read_line, record_split

    if (line is None) == (line_file is None):
        raise click.UsageError(word("lineage", "one_line", language))
    if line_file is not None:
        cut = read_line(line_file, feature=feature, crs=crs)
    else:
        cut = line_of(line or "", crs=crs or "EPSG:4551")
    record = record_split(
        workspace, code, cut, date=date or today(), new_codes=new_codes, dry_run=dry_run
    )
    _print_record(record, workspace, language, as_json=as_json)


@click.command()
@WORKSPACE
@click.argument("codes", nargs=-1, required=True)
@click.option(
    "--new-code",
    default="",
    help="新编号；不给则用临时编号 / code of the new parcel (default: a provisional one).",
)
@click.option("--keep-from", default="", help="指标不一致时以此地块为准 / whose attributes hold.")
@click.option(
    "--set",
    "stated",
    multiple=True,
    callback=_pairs,
    help="为新地块指定指标：列=值，可重复 / COLUMN=VALUE for the new parcel, repeatable.",
)
@DATE
@DRY_RUN
@AS_JSON
@click.pass_obj
def merge(  # noqa: PLR0913  # one parameter an option
    language: Language,
    workspace: Path,
    codes: tuple[str, ...],
    new_code: str,
    keep_from: str,
    stated: dict[str, str],
    date: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """合并相邻地块并记录 / Unite parcels that share borders, and record it."""
    from erdao_gis.days import today
    from erdao_gis.parcels import record_merger

    record = record_merger(
        workspace,
        codes,
        date=date or today(),
        new_code=new_code,
        keep_from=keep_from,
        stated=stated,
        dry_run=dry_run,
    )
    _print_record(record, workspace, language, as_json=as_json)


@click.command()
@WORKSPACE
@click.argument("code")
@click.argument("new")
@DATE
@DRY_RUN
@AS_JSON
@click.pass_obj
def renumber(  # one parameter an option
    language: Language,
    workspace: Path,
    code: str,
    new: str,
    date: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """更改地块编号并记录 / Give a parcel another code, and record it."""
    from erdao_gis.days import today
    from erdao_gis.parcels import record_renumbering

    record = record_renumbering(workspace, code, new, date=date or today(), dry_run=dry_run)
    _print_record(record, workspace, language, as_json=as_json)


def _print_record(record: "Record", workspace: Path, language: Language, *, as_json: bool) -> None:
    """Print what an operation did."""
    if as_json:
        show_json(
            {
                "kind": record.kind,
                "date": record.date,
                "retired": record.retired,
                "heirs": record.heirs,
                "before_m2": record.before_m2,
                "after_m2": record.after_m2,
                "extended_m": record.extended_m,
                "outcomes": [
                    {"column": one.column, "before": one.before, "after": one.after}
                    for one in record.outcomes
                ],
                "mixed_uses": record.mixed_uses,
                "provisional": record.provisional,
                "written": record.written,
                "changes": [change.as_dict() for change in record.changes],
            }
        )
        return
    kind = word("lineage", f"kind_{record.kind}", language)
    tell("recorded", language, kind=kind, date=record.date)
    states = (("state_retired", record.retired), ("state_in_force", record.heirs))
    rows = [
        (word("lineage", state, language), visible(code), f"{area:,.2f}")
        for state, parcels in states
        for code, area in parcels.items()
    ]
    show_table(
        rows, [word("lineage", f"head_{key}", language) for key in ("state", "id", "area_m2")]
    )
    areas = {"before": f"{record.before_m2:,.2f}", "after": f"{record.after_m2:,.2f}"}
    tell("conserved", language, **areas)
    if record.extended_m:
        tell("extended", language, metres=f"{record.extended_m:.3f}")
    if record.kind == "split" and record.parts > 1:
        tell("split_parts", language, parts=record.parts, number=len(record.heirs))
    _print_outcomes(record, language)
    if record.changes:
        show_changes(record.changes, language)
    print_end(workspace, language, written=record.written)


def _print_outcomes(record: "Record", language: Language) -> None:
    """Print what heirs lost or took from one of the parcels before, and what to look at."""
    from erdao_gis.catalogue import layer_schema

    lost = [one for one in record.outcomes if one.lost]
    kept = [one for one in record.outcomes if not one.lost]
    for key, outcomes in ((f"lost_{record.kind}", lost), ("settled", kept)):
        if not outcomes:
            continue
        tell(key, language)
        for one in outcomes:
            column = layer_schema("parcels").column(one.column)
            title = column.title(language) if column else visible(one.column)
            sides = " → ".join(
                "；".join(f"{visible(code)} {_value_text(value)}" for code, value in side.items())
                for side in (one.before, one.after)
            )
            click.echo(f"- {title}：{sides}" if language == "zh" else f"- {title}: {sides}")
    if record.mixed_uses:
        tell("mixed_uses", language, uses=", ".join(record.mixed_uses))
    if record.provisional:
        tell("provisional", language, code=next(iter(record.heirs)))


def _value_text(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.2f}" if isinstance(value, float) else visible(value)


def print_end(workspace: Path, language: Language, *, written: bool) -> None:
    """Say how to take a change back, or that nothing was written."""
    tell("undo_with" if written else "dry", language, path=str(workspace))


@click.command()
@WORKSPACE
@click.argument("code")
@AS_JSON
@click.pass_obj
def lineage(language: Language, workspace: Path, code: str, *, as_json: bool) -> None:
    """地块的来源与去向 / Where a parcel came from, and what became of it."""
    from erdao_gis.parcels import family_of

    family = family_of(workspace, code)
    if as_json:
        show_json(
            {
                "code": family.code,
                "area_m2": family.area_m2,
                "in_force": family.in_force,
                "relatives": family.relatives.reset_index().to_dict("records"),
            }
        )
        return
    tell("parcel", language, **_stated(family, language))
    sides = (("ancestors", family.ancestors), ("heirs", family.heirs))
    for side, branches in sides:
        if branches:
            tell(side, language, number=len({branch.code for branch in branches}))
            _show_tree(branches, language)
    if not (family.ancestors or family.heirs):
        tell("no_operations", language)


def _stated(one: "Family | Branch", language: Language) -> dict[str, str]:
    state = word("lineage", "state_in_force" if one.in_force else "state_retired", language)
    return {"code": one.code, "area": f"{one.area_m2:,.2f}", "state": state}


def _show_tree(branches: "Sequence[Branch]", language: Language) -> None:
    """Print a tree: what belongs together is joined by lines."""
    for place, branch in enumerate(branches):
        later = branches[place + 1 :]
        stems = "".join(
            "│  " if _goes_on(later, depth) else "   " for depth in range(1, branch.depth)
        )
        corner = "├─ " if _goes_on(later, branch.depth) else "└─ "
        facts = _stated(branch, language) | {"date": branch.date}
        facts["kind"] = word("lineage", f"kind_{branch.kind}", language)
        text = word("lineage", "relative", language).format_map(
            {name: visible(fact) for name, fact in facts.items()}
        )
        again = word("lineage", "told_above", language) if branch.told_above else ""
        click.echo(f"{stems}{corner}{text}{again}")


def _goes_on(later: "Sequence[Branch]", depth: int) -> bool:
    """Tell whether a line of the tree goes on below: the next at or above this depth is on it."""
    return next((one.depth == depth for one in later if one.depth <= depth), False)
