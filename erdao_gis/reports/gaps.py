"""What is missing, in words a bureau can act on: the input, what there is, and whom to ask."""

import dataclasses

from erdao_gis.catalogue import Dataset, layer_names, layer_schema
from erdao_gis.errors import Language
from erdao_gis.indicators import Table, missing_text, registry
from erdao_gis.reports.report_content import Missing
from erdao_gis.wording import word

_STATISTICS = "statistics"
_SCENE = "scene"


@dataclasses.dataclass
class _Wanted:
    """One input, and the figures that wait for it."""

    token: str
    indicators: dict[str, None] = dataclasses.field(default_factory=dict)
    figures: int = 0


def _split(option: str) -> tuple[str, str, str]:
    """Part one option into layer, column and remark: ``a.b`` or ``a:partial``."""
    base, _, remark = option.partition(":")
    layer, _, column = base.partition(".")
    return layer, column, remark


def _word_key(option: str) -> str:
    """Give the key of the words for a scene or reported figures: ``scene (2)`` is ``scene``."""
    layer, _, remark = _split(option)
    return f"{_SCENE}_{remark}" if layer == _SCENE and remark else layer.split(" ")[0]


def _joined_key(token: str) -> str:
    """Fields of reported figures are one request, and so are the years of a scene."""
    layer, _, remark = _split(token.split("|", maxsplit=1)[0])
    layer = layer.split(" ")[0]
    one_request = layer == _STATISTICS or (layer == _SCENE and not remark)
    return layer if one_request else token


def _whom(token: str, language: Language) -> str:
    if _split(token)[0] in (_STATISTICS, _SCENE):
        return word("reports", f"whom_{_split(token)[0]}", language)
    found = []
    for option in token.split("|"):
        layer = _split(option)[0]
        if layer in layer_names():
            schema = layer_schema(layer)
            found.append(schema.obtain_zh if language == "zh" else schema.obtain_en)
    mark = "；" if language == "zh" else "; "
    return mark.join(dict.fromkeys(text for text in found if text)) or word(
        "reports", "whom_unknown", language
    )


def _held(token: str, dataset: Dataset, language: Language) -> str:
    """Tell what there is of an input today."""
    if _split(token)[0] in (_STATISTICS, _SCENE):
        return word("reports", f"held_{_word_key(token)}", language)
    said = []
    for option in token.split("|"):
        layer = _split(option)[0]
        if layer not in layer_names():
            continue
        frame = dataset.layer(layer)
        placed = int(frame.geometry.notna().sum())
        if frame.empty or not placed:
            key = "held_none" if frame.empty else "held_unplaced"
        else:
            key = "held_partial" if frame.attrs["completeness"] == "partial" else "held_rows"
        said.append(
            word("reports", key, language).format(
                count=len(frame), placed=placed, unplaced=len(frame) - placed
            )
        )
    mark = "；" if language == "zh" else "; "
    return mark.join(dict.fromkeys(said))


def missing_inputs(table: Table, dataset: Dataset, language: Language) -> tuple[Missing, ...]:
    """List the inputs without which figures have no value, most wanted first.

    Parameters
    ----------
    table
        Indicator table.
    dataset
        Where the layers are read, to say what there is of them.
    language
        Language of the words.

    Returns
    -------
    tuple of Missing
        Empty if every figure has a value. A figure that lacks two inputs counts at both.
    """
    wanted: dict[str, _Wanted] = {}
    known = {**registry(), **table.rows}
    rows = table.frame[table.frame["state"] == "no_data"]
    for record in rows.to_dict("records"):
        name = record["indicator"]
        title = known[name].name(language) if name in known else record[f"name_{language}"]
        for key in dict.fromkeys(_joined_key(token) for token in record["missing"]):
            entry = wanted.setdefault(key, _Wanted(key))
            entry.figures += 1
            entry.indicators[title] = None
    ranked = sorted(wanted.values(), key=lambda entry: (-entry.figures, entry.token))
    return tuple(
        Missing(
            name=missing_text([entry.token], language),
            held=_held(entry.token, dataset, language),
            whom=_whom(entry.token, language),
            indicators=tuple(entry.indicators),
            figures=entry.figures,
        )
        for entry in ranked
    )
