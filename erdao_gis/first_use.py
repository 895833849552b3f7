"""Names of a package that are imported when they are first asked for: the package loads quickly."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def on_first_use(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package
        Its ``__name__``.
    homes
        Name -> module that defines it. No name may be that of a module inside the package, which
        Python would put in its place.

    Examples
    --------
    >>> get, names = on_first_use("erdao_gis", {"Pair": "erdao_gis.wording"})
    >>> get("Pair").__module__, "Pair" in names()
    ('erdao_gis.wording', True)
    """

    def get(name: str) -> object:
        if name not in homes:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        found = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return get, lambda: sorted({*vars(sys.modules[package]), *homes})
