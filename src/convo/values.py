"""What costs little to define, as it is made when first used: frozen values, and regular expressions.

`frozen` gives what `@dataclass(frozen=True, slots=True)` gives. A dataclass compiles six functions when its module
is imported, whether or not one is ever built; the hundred values of this program would take longer than Python itself
takes to start. A frozen class compiles only its `__init__`, and that when the first one is built.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: object) -> Callable[[Any], Any]:
        """Read by type checkers only; not in the typing of Python 3.10."""
        return lambda function: function


T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: type[T]) -> type[T]:
    """Make of a class with annotated fields an immutable, comparable value with slots.

    `dataclasses.field`, `fields`, `replace`, `asdict` and `is_dataclass` work on it; a value inherits no fields.
    """
    body = dict(cls.__dict__)
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    names = tuple(body.get("__annotations__", ()))
    given = {name: body.pop(name) for name in names if name in body}
    body |= _SHARED
    body["__slots__"] = body["__match_args__"] = names
    body["__dataclass_fields__"] = _Fields(names, given)
    body.setdefault("__init__", _first_init)
    made: type[T] = type(cls.__name__, cls.__bases__, body)
    return made


class _Fields:
    """The `__dataclass_fields__` of a value, which the functions of `dataclasses` read, made when they first do."""

    def __init__(self, names: tuple[str, ...], given: dict[str, Any]) -> None:
        self.names = names
        self.given = given
        self.getter: Callable[[Any], Any] | None = None
        self._made: dict[str, dataclasses.Field[Any]] | None = None

    def __get__(self, _: object, owner: type) -> dict[str, dataclasses.Field[Any]]:
        if self._made is None:
            annotations = owner.__annotations__
            # Without a docstring a dataclass makes one from its signature, which imports and compiles much.
            plain = type(owner.__name__, (), {**self.given, "__annotations__": annotations, "__doc__": "-"})
            fields = dataclasses.fields(dataclasses.dataclass(init=False, repr=False, eq=False)(plain))
            self._made = {field.name: field for field in fields}
        return self._made


def _of(cls: type) -> _Fields:
    fields: _Fields = cls.__dict__["__dataclass_fields__"]
    return fields


def _first_init(self: Any, *args: Any, **kw: Any) -> None:
    """Compiles the real `__init__` when the first value of a class is built."""
    cls = type(self)
    made = _compiled(cls)
    cls.__init__ = made
    made(self, *args, **kw)


def _compiled(cls: Any) -> Callable[..., None]:
    """The `__init__` of a value: parameters as a dataclass has them; each fills its slot."""
    fields = _of(cls)
    scope: dict[str, Any] = {}
    parameters, lines = [], []
    for name in fields.names:
        scope[f"_set_{name}"] = getattr(cls, name).__set__
        default: Any = fields.given.get(name, dataclasses.MISSING)
        factory: Any = dataclasses.MISSING
        if isinstance(default, dataclasses.Field):
            default, factory = default.default, default.default_factory
        got = name
        if factory is not dataclasses.MISSING:
            scope[f"_make_{name}"], scope["_missing"] = factory, dataclasses.MISSING
            parameters.append(f"{name}=_missing")
            got = f"_make_{name}() if {name} is _missing else {name}"
        elif default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f" _set_{name}(self, {got})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(['self', *parameters])}):\n" + "\n".join(lines or [" pass"]), scope)
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    return made


def _all(self: Any) -> Any:
    """All fields, for comparison; how to get them is made when first asked for."""
    fields = _of(type(self))
    if fields.getter is None:
        fields.getter = attrgetter(*fields.names) if fields.names else _nothing
    return fields.getter(self)


def _nothing(_: Any) -> tuple[()]:
    return ()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self is other or _all(self) == _all(other)


def _hash(self: Any) -> int:
    return hash(_all(self))


def _shown(self: Any) -> Iterator[str]:
    fields = _of(type(self))
    for name in fields.names:
        given = fields.given.get(name)
        if not isinstance(given, dataclasses.Field) or given.repr:
            yield f"{name}={getattr(self, name)!r}"


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(_shown(self))})"


def _setattr(self: Any, name: str, _: Any) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), tuple(getattr(self, name) for name in _of(type(self)).names)


_SHARED: dict[str, Any] = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__reduce__": _reduce,
}


class _Late:
    """Stands for a pattern until one of its methods is asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self.text = text
        self.expression_flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.text, self.expression_flags), name)
        setattr(self, name, found)
        return found


def expression(text: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression that is compiled when it is first used."""
    return cast("re.Pattern[str]", _Late(text, flags))
