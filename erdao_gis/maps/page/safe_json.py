r"""The one way for data into a page: JSON that no template, parser or script can misread.

Inside strings every character with a meaning to HTML, Jinja, JavaScript templates or terminals
becomes ``\uXXXX``. The block is inert (``type="application/json"``); our static scripts read
it and put text on screen with ``textContent`` only.
"""

import functools
import json
import re
import unicodedata

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# A backslash may stand only before the escapes that JSON itself wrote.
_ESCAPED_BACKSLASH = re.compile(r"\\(.)")
_SPECIAL = frozenset("<>&{}%`$'")
# Control, format (bidi), surrogate, private, line and paragraph separators.
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_BASIC_PLANE = 0xFFFF
_LONG = 100


def _escape_character(character: str) -> str:
    if character not in _SPECIAL and unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code <= _BASIC_PLANE:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _escaped(string: str) -> str:
    text = _ESCAPED_BACKSLASH.sub(lambda found: "\\u005c" if found[1] == "\\" else found[0], string)
    return "".join(map(_escape_character, text))


# Keys and headings come back with every feature; long texts hardly do.
_remembered = functools.lru_cache(maxsize=4096)(_escaped)


def _escape_match(match: re.Match[str]) -> str:
    string = match[0]
    return _remembered(string) if len(string) < _LONG else _escaped(string)


def json_line(value: object) -> str:
    r"""Return ``value`` as one line of JSON that is safe inside a page.

    Parameters
    ----------
    value
        Dicts, lists, text, finite numbers, booleans and None.

    Returns
    -------
    str
        JSON that parses to the same value; its strings hold none of ``< > & { } % ` $ ' \``
        nor any control, bidirectional or line-separator character as such.

    Raises
    ------
    ValueError
        A number is NaN or infinite.

    Examples
    --------
    >>> json_line({"name": "</script>{{7*7}}"})
    '{"name":"\\u003c/script\\u003e\\u007b\\u007b7*7\\u007d\\u007d"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _STRING.sub(_escape_match, text)


def json_script(identifier: str, lines: list[str]) -> str:
    """Wrap lines of safe JSON as an array in an inert script block, one element a line.

    Parameters
    ----------
    identifier
        Element id; ours, never from data.
    lines
        Results of `json_line`.

    Examples
    --------
    >>> print(json_script("features", [json_line(1), json_line(2)]))
    <script type="application/json" id="features">[
    1,
    2
    ]</script>
    """
    body = ",\n".join(lines)
    return f'<script type="application/json" id="{identifier}">[\n{body}\n]</script>'
