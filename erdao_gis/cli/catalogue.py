"""Commands on the catalogue: layers, check, derive, template."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.screen import say, show_json, show_table
from erdao_gis.errors import Language
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.catalogue import Change, Report

WORKSPACE = click.argument("workspace", required=False, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON.")


def show_changes(changes: "tuple[Change, ...]", language: Language) -> None:
    """Print what deriving again changed."""
    if not changes:
        say("no_changes", language)
        return
    say("changes", language, {"number": len(changes)})
    rows = []
    for change in changes:
        facts = {"metres": "" if change.moved_m is None else f"{change.moved_m:.0f}"}
        kind = word("cli", f"{change.kind}_change", language).format_map(facts)
        name = change.name_zh if language == "zh" else change.name_en
        rows.append((change.id, change.layer, name, kind))
    show_table(rows, ["id", *(word("cli", key, language) for key in ("layer", "name")), ""])


@click.command()
@AS_JSON
@click.pass_obj
def layers(language: Language, *, as_json: bool) -> None:
    """图层目录 / The layers, what they hold and where the district gets them."""
    from erdao_gis.catalogue import layer_names, layer_schema, read_layer

    entries = [layer_schema(name) for name in layer_names()]
    if as_json:
        show_json(
            [
                {
                    "name": layer.name,
                    "role": layer.role,
                    "geometry": layer.geometry,
                    "completeness": layer.completeness,
                    "title_zh": layer.title_zh,
                    "title_en": layer.title_en,
                    "columns": layer.column_names,
                }
                for layer in entries
            ]
        )
        return
    rows = []
    for layer in entries:
        obtain = layer.obtain_zh if language == "zh" else layer.obtain_en
        role = word("cli", f"role_{layer.role}", language)
        whole = word("cli", f"completeness_{layer.completeness}", language)
        frame = read_layer(layer.name)
        count = f"{int(frame.geometry.notna().sum())}/{len(frame)}"
        rows.append((layer.name, layer.title(language), role, whole, count, obtain))
    keys = ("layer", "name", "role", "completeness", "placed_of", "obtain")
    show_table(rows, [word("cli", key, language) for key in keys])


def show_report(report: "Report", language: Language) -> None:
    """Print the counts of a check and its faults."""
    evidence = ", ".join(f"{grade} {number}" for grade, number in report.by_evidence.items())
    rows = [(report.layers, report.features, report.placed, evidence, report.unplaced)]
    keys = ("layer", "features", "placed", "evidence", "unplaced")
    show_table(rows, [word("cli", key, language) for key in keys])
    if report.faults:
        say("faults", language, {"number": len(report.faults)})
        for fault in report.faults:
            click.echo(f"- [{fault.rule}] {fault.message(language)}")
    else:
        say("no_faults", language)


@click.command()
@WORKSPACE
@AS_JSON
@click.pass_context
def check(context: click.Context, workspace: Path | None, *, as_json: bool) -> None:
    """检查登记册、图层、配方与拓扑 / Check register, layers, recipes and topology."""
    from erdao_gis.catalogue import check as run_check
    from erdao_gis.catalogue import open_workspace

    report = run_check(open_workspace(workspace) if workspace else None)
    if as_json:
        show_json(report.as_dict(context.obj))
    else:
        show_report(report, context.obj)
    context.exit(1 if report.faults else 0)


@click.command()
@WORKSPACE
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="把规划图层写到此文件夹 / write the plan layers into this folder.",
)
@AS_JSON
@click.pass_obj
def derive(language: Language, workspace: Path | None, into: Path | None, *, as_json: bool) -> None:
    """按配方重新推得规划图层 / Run the recipes and list what changes."""
    from erdao_gis.catalogue import derive as run_recipes
    from erdao_gis.catalogue import open_workspace, write_derivation, write_layers

    opened = open_workspace(workspace) if workspace else None
    derivation = run_recipes(opened)
    written: list[str] = []
    if opened:
        written = write_derivation(derivation, opened)
    elif into:
        written = write_layers(derivation, into)
    if as_json:
        changes = [change.as_dict() for change in derivation.changes]
        show_json({"changes": changes, "written": written})
        return
    show_changes(derivation.changes, language)
    for name in written:
        say("written", language, {"path": name})


@click.command()
@click.argument("layer")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="写到哪个文件夹 / folder to write into.",
)
@click.pass_obj
def template(language: Language, layer: str, into: Path) -> None:
    """空白模板（GPKG 与 XLSX） / Blank templates of a layer for filling in (GPKG and XLSX)."""
    from erdao_gis.intake import write_templates

    for path in write_templates(layer, into):
        say("written", language, {"path": str(path)})
