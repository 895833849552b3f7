"""Whole pages: head with security policy, body, and the proof that nothing outside is asked for."""

import base64
import hashlib
from collections.abc import Iterable, Sequence

from erdao_gis.errors import Language
from erdao_gis.markup.addresses import refuse_outside_addresses
from erdao_gis.markup.escaping import safe_text


def csp_digest(text: str) -> str:
    """Return the source expression of a script or style for a content security policy.

    Examples
    --------
    >>> csp_digest("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def page_head(title: str, styles: Sequence[str], scripts: Sequence[str] | None) -> list[str]:
    """Return the head of a page, an element a line: policy, title and styles.

    Parameters
    ----------
    title
        Plain text.
    styles
        Texts of the style sheets.
    scripts
        Texts of all scripts that may run; None for a page without a policy.

    Examples
    --------
    >>> page_head("A & B", [], scripts=[])[-1]
    '<title>A &#38; B</title>'
    """
    head = ['<meta charset="utf-8">']
    if scripts is not None:
        allowed = {
            "default-src": ["'none'"],
            "script-src": list(map(csp_digest, scripts)),
            "style-src": list(map(csp_digest, styles)),
            # Scripts may show pictures that the page holds.
            "img-src": ["data:"] if scripts else [],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
        }
        policy = "; ".join(" ".join((name, *given)) for name, given in allowed.items() if given)
        # Digests hold quotes that must stay quotes: the policy is ours and not escaped.
        head.append(f'<meta http-equiv="Content-Security-Policy" content="{policy}">')
    head.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    head.append(f"<title>{safe_text(title)}</title>")
    return head + [f"<style>{style}</style>" for style in styles]


def page_text(head: Iterable[str], body: Iterable[str], language: Language) -> str:
    r"""Return a page out of the elements of its head and body, each on a line of its own.

    Examples
    --------
    >>> page_text(["<title>x</title>"], ["<p>x</p>"], "zh").splitlines()[1]
    '<html lang="zh-CN">'
    """
    opening = f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">'
    return "\n".join((opening, "<head>", *head, "</head>", "<body>", *body, "</body>", "</html>"))


def offline_page(head: Iterable[str], body: Iterable[str], language: Language) -> str:
    """Return a page as `page_text` does, once it is proven to stay inside its file.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address.
    """
    page = page_text(head, body, language) + "\n"
    refuse_outside_addresses(page)
    return page
