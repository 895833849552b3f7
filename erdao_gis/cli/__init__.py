"""The command line: the same verbs as the library, nothing else.

Nothing heavy is imported until a command needs it, so that ``erdao --help`` answers at once.
"""

import sys
from typing import NoReturn, cast

import click

from erdao_gis.cli.balance import balance
from erdao_gis.cli.catalogue import check, derive, layers, template
from erdao_gis.cli.comparing import compare
from erdao_gis.cli.indicators import evaluate, explain, indicators
from erdao_gis.cli.lineage import lineage, merge, renumber, split
from erdao_gis.cli.maps import build
from erdao_gis.cli.parcels import parcels
from erdao_gis.cli.plan import plan
from erdao_gis.cli.recoding import recode
from erdao_gis.cli.screen import show_json
from erdao_gis.cli.workspaces import import_file, init, undo
from erdao_gis.errors import ErdaoError, message_text, preferred_language

COMMANDS = (
    plan,
    layers,
    check,
    derive,
    template,
    init,
    import_file,
    undo,
    build,
    indicators,
    explain,
    evaluate,
    parcels,
)


class _Refusal(click.ClickException):
    """An error of ours, told in one message; exit status 1 is kept for faults found by checks."""

    exit_code = 2


class _Commands(click.Group):
    """The group of commands, which tells our errors in the language asked for."""

    def invoke(self, ctx: click.Context) -> object:
        as_json = "--json" in [*ctx.args, *ctx._protected_args]  # noqa: SLF001  # no public name
        try:
            return super().invoke(ctx)
        except ErdaoError as error:
            said, cause = error.message(ctx.obj), cast("Exception", error)
        except BrokenPipeError:
            raise  # the reader of our output has gone; click ends quietly
        except (OSError, MemoryError) as error:
            facts = {"problem": f"{type(error).__name__}: {error}"}
            said, cause = message_text("system_refused", facts, ctx.obj), error
        if as_json:
            show_json({"error": said})
        raise _Refusal(said) from cause


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    help="输出语言（默认随系统） / language of the output (default: the system's).",
)
@click.version_option(package_name="erdao-gis")
@click.pass_context
def erdao(context: click.Context, lang: str | None) -> None:
    """二道区空间规划工具 / Spatial-planning toolkit for Erdao District."""
    context.obj = lang or preferred_language()


for command in COMMANDS:
    erdao.add_command(command)
for command in (balance, split, merge, renumber, lineage, compare, recode):
    parcels.add_command(command)


def main() -> NoReturn:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in GBK must not end a run over one rare character.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    erdao()
    raise SystemExit  # not reached: click exits by itself
