"""Command that builds the maps."""

import time
from pathlib import Path

import click

from erdao_gis.cli.catalogue import WORKSPACE, show_report
from erdao_gis.cli.indicators import OWN, run_of
from erdao_gis.cli.screen import say, show_table
from erdao_gis.errors import Language
from erdao_gis.wording import word


@click.command()
@WORKSPACE
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="写到哪个文件夹（默认为工作区的 maps） / folder to write into.",
)
@OWN
@click.pass_obj
def build(
    language: Language, workspace: Path | None, into: Path | None, own: tuple[Path, ...]
) -> None:
    """生成图集（每页一个文件，离线可用） / Build the atlas: single files that open offline."""
    begun = time.monotonic()
    from erdao_gis.catalogue import check
    from erdao_gis.maps import write_atlas

    run = run_of(workspace, own)
    opened = run.dataset.workspace
    folder = into or (opened.folder / "maps" if opened else Path("maps"))

    def tell(name: str) -> None:
        say("building", language, {"name": name})

    pages = write_atlas(folder, run, progress=tell)
    click.echo()
    say("built_table", language)
    show_report(check(run.dataset), language)
    click.echo()
    rows = [(str(page), f"{page.stat().st_size / 1024:.0f} KB") for page in pages]
    show_table(rows, [word("cli", "files", language), ""])
    say("seconds", language, {"number": f"{time.monotonic() - begun:.1f}"})
    say("open_hint", language, {"path": str(pages[0].resolve())})
