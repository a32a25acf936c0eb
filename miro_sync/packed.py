"""Values of the vocabulary -> text and back, equal to the last field; and digests of values.

The text is JSON in which everything that JSON has no word for carries its type: dates, enums,
tuples, dataclasses. Only classes of `miro_sync.model` come back; the text is data, never code.
What several values share (an event and its occurrences) is written once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any

from miro_sync import model

#: The classes that come back, by name.
_CLASSES: Mapping[str, Any] = {
    name: one
    for name, one in vars(model).items()
    if isinstance(one, type) and (is_dataclass(one) or issubclass(one, Enum))
}
_PLAIN = (str, int, float, bool, type(None))


def pack(value: object) -> str:
    """Write a value of the vocabulary, or a tuple of some, as text.

    Raises:
        TypeError: something in it is no value of the vocabulary.

    """
    packer = _Packer()
    packed = packer.packed(value)
    whole = [packer.shapes, packer.shared, packed]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Any:  # noqa: ANN401 - whatever was packed
    """Return the value that was packed.

    Raises:
        ValueError: the text is no such value: damaged, or of another version of the vocabulary.

    """
    try:
        written, shared, packed = json.loads(text)
        shapes = [(_CLASSES[name], plain, nested) for name, plain, nested in written]
        known: list[Any] = []
        for number, plain_parts, *parts in shared:
            made, plain, nested = shapes[number]
            given = dict(zip(plain, plain_parts, strict=True))
            for name, part in zip(nested, parts, strict=True):
                given[name] = _unpacked(part, known)
            known.append(made(**given))
        return _unpacked(packed, known)
    except (TypeError, KeyError, LookupError, AttributeError) as error:
        raise ValueError("no packed value") from error


def digest(*values: object) -> str:
    """Sum up values; the same in every process.

    Fields that are kept out of `repr` count too; sets and mappings count without their order.
    """
    return hashlib.sha256(json.dumps(_canonical(values)).encode()).hexdigest()


# --- writing ----------------------------------------------------------------------------------


class _Packer:
    """Writes values; what was met before is named by its number.

    A board has thousands of cards of the same few shapes: the names of a class's fields are written
    once for all its values that say as much, and what JSON has words for is read back as it stands.
    """

    def __init__(self) -> None:
        self.shapes: list[Any] = []
        self.shared: list[Any] = []
        self._shape_numbers: dict[tuple[str, ...], int] = {}
        self._numbers: dict[int, int] = {}
        self._alive: list[object] = []  # an id is its object's only while that lives

    def packed(self, value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON; one for each kind
        if isinstance(value, Enum):
            ours = type(value).__name__ in _CLASSES
            return {"e": [type(value).__name__, value.value]} if ours else value.value
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, dt.datetime):
            return {"t": value.isoformat()}
        if isinstance(value, dt.date):
            return {"d": value.toordinal()}
        if isinstance(value, tuple):
            return [self.packed(one) for one in value]
        if isinstance(value, frozenset):
            return {"f": sorted((self.packed(one) for one in value), key=json.dumps)}
        if isinstance(value, Mapping):
            return {"m": [[self.packed(key), self.packed(one)] for key, one in value.items()]}
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = self._share(value)
        return {"s": number}

    def _share(self, value: object) -> int:
        name = type(value).__name__
        if not is_dataclass(value) or _CLASSES.get(name) is not type(value):
            raise TypeError(f"no value of the vocabulary: {type(value)}")
        plain: dict[str, Any] = {}
        nested: dict[str, Any] = {}
        for one in fields(value):
            part = getattr(value, one.name)
            if part != one.default:
                (plain if type(part) in _PLAIN else nested)[one.name] = part
        parts = [self.packed(part) for part in nested.values()]
        self._alive.append(value)
        self.shared.append([self._shape(name, plain, nested), [*plain.values()], *parts])
        return len(self.shared) - 1

    def _shape(self, name: str, plain: Iterable[str], nested: Iterable[str]) -> int:
        key = (name, *plain, "", *nested)
        if key not in self._shape_numbers:
            self._shape_numbers[key] = len(self.shapes)
            self.shapes.append([name, [*plain], [*nested]])
        return self._shape_numbers[key]


# --- reading ----------------------------------------------------------------------------------


def _unpacked(packed: Any, known: list[Any]) -> Any:  # noqa: ANN401, PLR0911 - as above
    if isinstance(packed, list):
        return tuple([_unpacked(one, known) for one in packed])
    if not isinstance(packed, dict):
        return packed
    ((kind, value),) = packed.items()
    if kind == "s":
        return known[value]
    if kind == "d":
        return dt.date.fromordinal(value)
    if kind == "t":
        return dt.datetime.fromisoformat(value)
    if kind == "e":
        name, written = value
        return _CLASSES[name](written)
    if kind == "f":
        return frozenset(_unpacked(one, known) for one in value)
    return {_unpacked(key, known): _unpacked(one, known) for key, one in value}


# --- summing up -------------------------------------------------------------------------------


def _canonical(value: object) -> object:  # noqa: PLR0911 - one for each kind
    if isinstance(value, Enum):
        return [type(value).__name__, value.value]
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (dt.date, dt.time, PurePath)):
        return [type(value).__name__, str(value)]
    if isinstance(value, (tuple, list)):
        return [_canonical(one) for one in value]
    if isinstance(value, (frozenset, set)):
        return ["set", sorted(json.dumps(_canonical(one)) for one in value)]
    if isinstance(value, Mapping):
        pairs = [[_canonical(key), _canonical(one)] for key, one in value.items()]
        return ["map", sorted(pairs, key=json.dumps)]
    if is_dataclass(value):
        parts = [_canonical(getattr(value, one.name)) for one in fields(value)]
        return [type(value).__name__, *parts]
    raise TypeError(f"nothing to sum up: {type(value)}")
