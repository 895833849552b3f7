"""The one escaper: text from data as text of pages and drawings, whatever it holds."""

# Braces and percent signs too: the text stays inert even if a page around it is a template.
_SIGNS = "<>&\"'{}%`"
_LINE_ENDS = "\n\r\t\u2028\u2029\x85"
# Marks that turn the text after them round.
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_NEVER_IN_XML = (*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_SHOWN_AS = {
    **{code: chr(0x2400 + code) for code in range(0x20)},  # control pictures
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), *map(ord, _TURNING), *_NEVER_IN_XML), "\ufffd"),
    **dict.fromkeys(map(ord, _LINE_ENDS), " "),
    **{ord(sign): f"&#{ord(sign)};" for sign in _SIGNS},
}


def safe_text(text: object) -> str:
    r"""Return any text so that XML, HTML and templates take it as text.

    Line breaks and tabs become spaces, control characters their visible pictures, and what XML
    cannot hold or what turns text round the replacement character.

    Examples
    --------
    >>> safe_text('<b> & "{{x}}"')
    '&#60;b&#62; &#38; &#34;&#123;&#123;x&#125;&#125;&#34;'
    >>> safe_text("a\0b")
    'a␀b'
    >>> safe_text("gpj\u202eexe")
    'gpj�exe'
    """
    return str(text).translate(_SHOWN_AS)
