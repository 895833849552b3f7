"""What a function of the user's own computes, told so that a run's id follows it."""

import functools
import types
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd


def code_facts(function: object) -> object:
    """Tell a function's instructions and what it takes from around it, ready for JSON.

    Parameters
    ----------
    function
        Anything that can be called.

    Returns
    -------
    object
        The same in every process: instructions with their constants, defaults, closed-over and
        module-level values (numbers, words, collections, tables), and functions and classes of
        the same module, likewise. Of what comes from elsewhere the name: versions tell the rest.
        Comments, and where the file lies, do not count.

    Examples
    --------
    >>> def within(reach):
    ...     return lambda context: context.zeros() + reach
    >>> near, again, far = (code_facts(within(reach)) for reach in (300, 300, 500))
    >>> near == again, near == far
    (True, False)
    """
    inner = function.func if isinstance(function, functools.partial) else function
    return _facts(function, _named(inner).__module__, [])


def _facts(thing: object, home: str, begun: list[object]) -> object:
    if thing is None or isinstance(thing, bool | int | float | complex | str | bytes):
        return repr(thing)
    if isinstance(thing, tuple | list):
        return [_facts(each, home, begun) for each in thing]
    if any(thing is each for each in begun):
        return "as above"
    begun.append(thing)
    named, plain = _named(thing), _parts.dispatch(type(thing)) is not _parts.dispatch(object)
    if named.__module__ != home and (named is thing or not plain):
        return f"{named.__module__}.{getattr(named, '__qualname__', '')}"
    return _facts(_parts(thing), home, begun)


def _named(thing: object) -> object:
    """Return a function or class itself, and of anything else its class."""
    return thing if hasattr(thing, "__qualname__") else type(thing)


@functools.singledispatch
def _parts(thing: object) -> object:
    """Give what makes a thing."""
    return [type(thing), getattr(thing, "__dict__", None)]


@_parts.register
def _(thing: types.FunctionType) -> object:
    around = {name: thing.__globals__.get(name) for name in _names(thing.__code__)}
    cells = [cell.cell_contents for cell in thing.__closure__ or ()]
    return [thing.__code__, thing.__defaults__, thing.__kwdefaults__, cells, around]


@_parts.register
def _(thing: types.CodeType) -> object:
    return [thing.co_code.hex(), thing.co_names, thing.co_consts]


@_parts.register
def _(thing: type) -> object:
    own = {name: each for name, each in vars(thing).items() if callable(each) or name[:2] != "__"}
    return [thing.__bases__, own]


@_parts.register
def _(thing: types.ModuleType) -> object:
    return thing.__name__


@_parts.register(functools.partial)
def _(thing: "functools.partial[object]") -> object:
    return [thing.func, thing.args, thing.keywords]


@_parts.register(Mapping)
def _(thing: Mapping[object, object]) -> object:
    return [list(pair) for pair in thing.items()]


@_parts.register(set)
@_parts.register(frozenset)
def _(thing: Collection[object]) -> object:
    return sorted(map(repr, thing))  # their own order is another in each process


@_parts.register(np.ndarray)
@_parts.register(np.generic)
@_parts.register(pd.Index)
def _(thing: object) -> object:
    return np.asarray(thing).tolist()


@_parts.register(pd.DataFrame)
@_parts.register(pd.Series)
def _(thing: pd.DataFrame) -> object:
    return thing.to_csv()


def _names(code: types.CodeType) -> list[str]:
    """List the names that a function, and those within it, look up."""
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return [*code.co_names, *(name for each in inner for name in _names(each))]
