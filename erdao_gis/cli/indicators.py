"""Commands on indicators: indicators, explain, evaluate."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from erdao_gis.cli.catalogue import AS_JSON, WORKSPACE
from erdao_gis.cli.screen import say, show_json
from erdao_gis.errors import Language

if TYPE_CHECKING:
    from erdao_gis.indicators import Run


OWN = click.option(
    "--own",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="自己的指标：Python 文件，会被运行 / Python file of your own indicators; it is run.",
)


def run_of(workspace: Path | None, own: tuple[Path, ...] = ()) -> "Run":
    """Return the run of a command, with the indicators of the user's own files."""
    from erdao_gis.indicators import Run, load_own

    return Run(workspace, own=[row for path in own for row in load_own(path)])


@click.command()
@WORKSPACE
@click.option("--unit", help="单元，如 zones、subdistricts / kind of units; without it the whole.")
@click.option("--id", "ids", multiple=True, help="只算这些指标 / only these indicators.")
@OWN
@AS_JSON
@click.pass_obj
def indicators(
    language: Language,
    workspace: Path | None,
    unit: str | None,
    ids: tuple[str, ...],
    own: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """计算指标 / Compute the indicators, with state, band, target, norm and clause."""
    table = run_of(workspace, own).indicators(unit, ids=ids or None)
    if as_json:
        show_json(table.as_dict(language))
        return
    for line in table.lines(language):
        click.echo(line)


@click.command()
@click.argument("figure")
@WORKSPACE
@click.option("--unit", help="单元 / kind of units.")
@OWN
@AS_JSON
@click.pass_obj
def explain(
    language: Language,
    figure: str,
    workspace: Path | None,
    unit: str | None,
    own: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """一个数字的来历；或一条条文（如 10.1.2）的指标 / A figure's account, or a clause's figures."""
    from erdao_gis.indicators import clause_lines, explanation_lines, figures_of_clause
    from erdao_gis.indicators import explain as account_of

    run = run_of(workspace, own)
    if run.knows(figure):
        account = account_of(figure, run, unit=unit)
        if as_json:
            show_json(account)
            return
        lines = explanation_lines(account, language)
    else:
        if as_json:
            show_json(figures_of_clause(figure))
            return
        lines = clause_lines(figure, language)
    for line in lines:
        click.echo(line)


@click.command()
@WORKSPACE
@click.option("--as-of", required=True, help="评估时点，如 2025-12-31 / date of the evaluation.")
@click.option(
    "--template",
    type=click.Choice(["mid", "final"]),
    default="final",
    help="中期或终期评估 / mid-term or final evaluation.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="把报告（HTML、PDF、XLSX）写到此文件夹 / write the reports into this folder.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(["html", "pdf", "xlsx"]),
    help="只写这些格式 / only these formats (default: html and xlsx, pdf if typst is installed).",
)
@OWN
@AS_JSON
@click.pass_obj
def evaluate(
    language: Language,
    workspace: Path | None,
    as_of: str,
    template: str,
    into: Path | None,
    formats: tuple[str, ...],
    own: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """对照目标作评估，写出报告 / Hold targets against what is measured, and write the report."""
    from erdao_gis.indicators import evaluate as judge

    chosen: Literal["mid", "final"] = "mid" if template == "mid" else "final"
    run = run_of(workspace, own)
    result = judge(as_of, run, template=chosen)
    if as_json:
        show_json(result.as_dict(language))
    else:
        for line in result.lines(language):
            click.echo(line)
    if into is None:
        return
    from erdao_gis.reports import FORMATS, write_report

    possible = [name for name in FORMATS if name != "pdf" or find_spec("typst")]
    wanted = [name for name in FORMATS if name in formats] or possible
    for path in write_report(
        into, run, as_of=as_of, template=chosen, formats=wanted, language=language
    ):
        if not as_json:
            say("written", language, {"path": str(path)})
