"""Characters that no format keeps: a NUL ends a text early, and two ids become one."""

import re
from typing import Any

import pandas as pd

from erdao_gis.errors import Finding, FormatError, visible
from erdao_gis.files.columns import is_code_name
from erdao_gis.files.raw import RawLayer

# In any text: NUL, and halves of a character (JSON can write them, UTF-8 cannot).
_LOST = re.compile("[\x00\ud800-\udfff]")
# In codes also what nobody sees: controls, and marks of direction and lines.
_UNSEEN_IN_CODE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def check_names(raw: RawLayer, file: str) -> None:
    """Refuse columns whose name no format keeps.

    Raises
    ------
    FormatError
        A NUL or half a character in a name.
    """
    for name in raw.columns:
        if _LOST.search(name):
            raise FormatError("column_name_broken", {"file": file, "column": name[:80]})


def unstorable(name: str, values: "pd.Series[Any]") -> list[Finding]:
    r"""Find the rows whose text would not be read back as it is.

    Examples
    --------
    >>> [finding.row for finding in unstorable("id", pd.Series(["1", "1\x00a"]))]
    [1]
    """
    if values.dtype != object and not isinstance(values.dtype, pd.StringDtype):
        return []
    wrong = _UNSEEN_IN_CODE if name == "id" or is_code_name(name) else _LOST
    texts = [value if isinstance(value, str) else "" for value in values]
    if not wrong.search("".join(texts)):  # one look instead of one a row
        return []
    return [
        Finding(row, "text_unstorable", {"column": name, "value": visible(text[:40])})
        for row, text in enumerate(texts)
        if wrong.search(text)
    ]
