"""Which encoding a text is in: stated, told by the bytes, or refused; never replaced by marks."""

import unicodedata
from collections.abc import Sequence

from erdao_gis.errors import FormatError

UTF8 = "utf-8"
GBK = "gb18030"
"""GB 18030 holds all of GBK and GB 2312."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GBK_NAMES = ("gbk", "gb2312", "gb18030", "cp936", "936", "ms936", "ansi936", "ansi 936", "oem 936")
_UTF8_NAMES = ("utf-8", "utf8", "65001", "cp65001")
# Python knows more, of which some are no encodings of texts (idna, hex, undefined).
_OTHERS = {
    *("ascii", "us-ascii", "utf-16", "utf-16le", "utf-16be", "utf-8-sig", "latin1", "latin-1"),
    *("big5", "big5hkscs", "cp950", "cp932", "shift_jis", "shift-jis", "euc-jp", "cp949"),
    *("euc-kr", "cp437", "cp850", "cp852", "cp866", "cp874", "koi8-r", "koi8-u", "macroman"),
    *(f"cp{number}" for number in range(1250, 1259)),
    *(f"iso-8859-{number}" for number in (*range(1, 12), 13, 14, 15)),
}
_LONGEST_CHARACTER = 4


def encoding_name(said: str | None) -> str | None:
    """Bring the name of an encoding, as users and .cpg files write it, to Python's.

    None for an empty name and for one that is not an encoding of texts.

    Examples
    --------
    >>> encoding_name("936"), encoding_name("UTF8"), encoding_name("")
    ('gb18030', 'utf-8', None)
    """
    name = (said or "").strip().lower()
    if not name:
        return None
    if name in _GBK_NAMES:
        return GBK
    if name in _UTF8_NAMES:
        return UTF8
    plain = name.removeprefix("windows").removeprefix("ansi").strip(" -_")
    return next((known for known in (name, plain, f"cp{plain}") if known in _OTHERS), None)


def _stated(said: str | None, file: str) -> str | None:
    """Bring what the user states to Python's name; a name of no encoding is an error."""
    name = encoding_name(said)
    if said and said.strip() and name is None:
        raise FormatError("encoding_unknown", {"file": file, "encoding": said})
    return name


def _likeness(text: str) -> float:
    """Share of the non-ASCII characters that Chinese text is made of."""
    foreign = [sign for sign in text if ord(sign) > 127]  # noqa: PLR2004 - end of ASCII
    usual = sum(
        "\u3000" <= sign <= "\u303f" or "\u3400" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef"
        for sign in foreign
    )
    unassigned = sum(unicodedata.category(sign) in ("Co", "Cn", "Cc") for sign in foreign)
    return (usual - unassigned) / len(foreign) if foreign else 1.0


def _is_broken_utf8(data: bytes) -> bool:
    """Tell UTF-8 with a few bad bytes from GBK, of which hardly a character fits UTF-8."""
    text = data.decode(UTF8, "replace")
    bad = text.count("\ufffd")
    return sum("\u3000" <= sign <= "\u9fff" for sign in text) > bad


def decode_text(data: bytes, *, file: str, encoding: str | None = None) -> tuple[str, str]:
    """Decode a whole text; returns it with the encoding it was in.

    Parameters
    ----------
    data
        Bytes of the file.
    file
        Its name, for the message.
    encoding
        What the user says; wins over everything but must fit.

    Raises
    ------
    FormatError
        The bytes fit neither the stated encoding, nor UTF-8, nor GB 18030.

    Examples
    --------
    >>> decode_text("二道区".encode("gbk"), file="a.csv")
    ('二道区', 'gb18030')
    """
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    stated = _stated(encoding, file)
    for name in [stated] if stated else [marked] if marked else [UTF8, GBK]:
        try:
            text = data.decode(name).removeprefix("\ufeff")
            if name == GBK and not stated and _is_broken_utf8(data):
                continue  # it would decode, into rare characters that nobody wrote
        except UnicodeDecodeError:
            continue
        return text, UTF8 if name == "utf-8-sig" else name
    tried = stated or marked or "UTF-8, GB18030"
    raise FormatError("encoding_undecided", {"file": file, "encoding": tried})


def _decoded(values: Sequence[bytes], width: int, encoding: str) -> tuple[list[str], int] | None:
    """Decode fields of one width; a character cut at the field's end is left out and counted."""
    texts: list[str] = []
    cut = 0
    for value in values:
        for missing in range(_LONGEST_CHARACTER if len(value) >= width else 1):
            try:
                texts.append(value[: len(value) - missing].decode(encoding))
            except UnicodeDecodeError:
                continue
            cut += missing > 0
            break
        else:
            return None
    return texts, cut


def decode_fields(
    columns: Sequence[tuple[int, Sequence[bytes]]],
    *,
    file: str,
    stated: str | None,
    hint: str | None = None,
) -> tuple[list[list[str]], str, int]:
    """Decode the text fields of a table whose encoding may be stated wrongly or not at all.

    Parameters
    ----------
    columns
        Width in bytes, and the values of each text column.
    file
        Name of the file, for the message.
    stated
        What the user says: must fit.
    hint
        What the .cpg file or the header says: believed unless another fits better.

    Returns
    -------
    texts, encoding, cut
        The columns decoded, the encoding, and how many values end in the middle of a character.

    Raises
    ------
    FormatError
        No encoding fits.

    Examples
    --------
    >>> decode_fields([(10, ["吉林".encode("gbk")])], file="a.dbf", stated=None, hint="UTF-8")
    ([['吉林']], 'gb18030', 0)
    """
    told = _stated(stated, file)
    names = [told] if told else [encoding_name(hint), UTF8, GBK]
    best: tuple[float, list[list[str]], str, int] | None = None
    for name in dict.fromkeys(name for name in names if name):
        decoded = [_decoded(values, width, name) for width, values in columns]
        texts = [column for column in decoded if column is not None]
        if len(texts) < len(columns):
            continue
        likeness = _likeness("".join("".join(column[0]) for column in texts))
        if best is None or likeness > best[0]:
            cut = sum(column[1] for column in texts)
            best = (likeness, [column[0] for column in texts], name, cut)
    if best is None:
        raise FormatError("encoding_undecided", {"file": file, "encoding": stated or "UTF-8, GBK"})
    return best[1], best[2], best[3]
