"""How wide words are and where they may break, without asking any font."""

import re
import unicodedata

CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef“”‘’·—\d]+")
_LATIN_EM = 0.55
_LONGEST_EM = 26.0
_ONE_LINE_EM = 9.9
_STREET_ENDS = "街路场河速道区园村镇"


def _em(letter: str) -> float:
    if letter in "“”‘’·—…" or unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.0 if unicodedata.combining(letter) else _LATIN_EM


def text_width(text: str, size: float) -> float:
    """Return the approximate width of a line: 1 em for a Chinese character, 0.55 for a Latin one.

    Parameters
    ----------
    text
        One line.
    size
        Letter height in pixels.

    Examples
    --------
    >>> text_width("吉林大路", 10), round(text_width("Jilin", 10), 2)
    (40.0, 27.5)
    """
    return sum(map(_em, text)) * size


def cut(text: str, most: float = _LONGEST_EM) -> str:
    """Return the text in one line of at most ``most`` em, with an ellipsis where it was cut.

    Examples
    --------
    >>> cut("一二三四五六", most=4)
    '一二三…'
    """
    line = " ".join(text.split())
    if text_width(line, 1) <= most:
        return line
    width, kept = 1.0, ""
    for letter in line:
        width += _em(letter)
        if width > most:
            break
        kept += letter
    return kept + "…"


def broken(text: str) -> tuple[str, ...]:
    """Return a name in one line, or in two of about the same length.

    Chinese breaks after the name of a street, square or river where there is one.

    Examples
    --------
    >>> broken("东盛大街综合服务节点")
    ('东盛大街', '综合服务节点')
    >>> broken("Dongsheng Street comprehensive service node")
    ('Dongsheng Street', 'comprehensive service node')
    """
    if text_width(text, 1) <= _ONE_LINE_EM and not (CHINESE.fullmatch(text) and len(text) > 8):  # noqa: PLR2004 - nine characters look long beside a point
        return (text,)
    middle = len(text) / 2
    if CHINESE.fullmatch(text):
        ends = [at for at in range(2, len(text) - 1) if text[at - 1] in _STREET_ENDS]
        half = min(ends, key=lambda at: abs(at - middle), default=-(-len(text) // 2))
        return text[:half], text[half:]
    spaces = [at for at, letter in enumerate(text) if letter == " "]
    if not spaces:
        return (text,)
    half = min(spaces, key=lambda at: abs(at - middle))
    return text[:half], text[half + 1 :]


def _words(text: str) -> list[str]:
    """Return the pieces between which a line may break."""
    return re.findall(
        r"[（《“‘]*(?:[^\s\u3000-\u9fff\uff00-\uffef“‘]+\s*|[\u3000-\u9fff\uff00-\uffef])|\s+|.",
        text,
    )


def wrapped(text: str, width: float, size: float, *, most: int = 2) -> tuple[str, ...]:
    """Return text in at most ``most`` lines of ``width`` pixels; the rest is cut with an ellipsis.

    Examples
    --------
    >>> wrapped("one two three", 44, 10)
    ('one two', 'three')
    >>> wrapped("一二三四五六七八", 40, 10, most=1)
    ('一二三四…',)
    """
    lines, line = [], ""
    for piece in _words(text):
        closing = bool(line) and piece[0] in "，。；：、）】》”"
        if line.strip() and text_width((line + piece).rstrip(), size) > width and not closing:
            lines.append(line)
            line = piece
        else:
            line += piece
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    # A word longer than the line is cut in any line; closing punctuation may hang over.
    return tuple(cut(row, most=width / size + 1) for row in lines)
