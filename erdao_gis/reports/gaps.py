"""What is missing, in words a bureau can act on: the input, what there is, and whom to ask."""

import dataclasses
from collections.abc import Sequence

from erdao_gis.catalogue import Dataset, layer_names, layer_schema
from erdao_gis.errors import Language
from erdao_gis.indicators import Table, registry
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


def _option_words(option: str, language: Language) -> str:
    layer, column, remark = _split(option)
    if layer.split(" ")[0] in (_STATISTICS, _SCENE):
        return word("reports", f"input_{_word_key(option)}", language)
    if layer not in layer_names():
        return option
    schema = layer_schema(layer)
    title = schema.title(language)
    if column:
        found = schema.column(column)
        named = found.title(language) if found else column
        return word("reports", "input_column", language).format(layer=title, column=named)
    if remark == "partial":
        return word("reports", "input_partial", language).format(layer=title)
    if remark:
        return word("reports", "input_feature", language).format(layer=title, feature=remark)
    return word("reports", "input_layer", language).format(layer=title)


def _token_words(token: str, language: Language) -> str:
    return word("reports", "or", language).join(
        dict.fromkeys(_option_words(option, language) for option in token.split("|"))
    )


def missing_words(tokens: Sequence[str], language: Language) -> str:
    """Name what is missing.

    Parameters
    ----------
    tokens
        Column ``missing`` of the indicator table: layers, ``layer.column``, ``layer:partial``,
        alternatives between ``|``. None means that there was nothing to count.

    Examples
    --------
    >>> missing_words(["residential", "roads:partial"], "zh")
    '居住用地；道路（现有资料不完整）'
    """
    if not tokens:
        return word("indicators", "nothing_to_count", language)
    mark = "；" if language == "zh" else "; "
    return mark.join(dict.fromkeys(_token_words(token, language) for token in tokens))


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
            name=_token_words(entry.token, language),
            held=_held(entry.token, dataset, language),
            whom=_whom(entry.token, language),
            indicators=tuple(entry.indicators),
            figures=entry.figures,
        )
        for entry in ranked
    )
