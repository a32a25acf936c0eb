"""Values of the vocabulary -> text and back, equal to the last field; and digests of values.

The text is JSON in which everything that JSON has no word for carries its type: dates, enums,
tuples, dataclasses. Only classes of `miro_sync.model` come back; the text is data, never code.
What several values share (an event and its occurrences) is written once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
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

_FROM_ORDINAL = dt.date.fromordinal
_FROM_ISO = dt.datetime.fromisoformat


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
        shapes = [(_CLASSES[name], *names) for name, *names in written]
        known: list[Any] = []
        for number, plain, days, moments, links, others in shared:
            made, for_plain, for_days, for_moments, for_links, for_others = shapes[number]
            given = dict(zip(for_plain, plain, strict=True))
            given.update(zip(for_days, map(_FROM_ORDINAL, days), strict=True))
            given.update(zip(for_moments, map(_FROM_ISO, moments), strict=True))
            given.update(zip(for_links, [known[one] for one in links], strict=True))
            for name, part in zip(for_others, others, strict=True):
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

    A board has thousands of cards of a few shapes: the names of the fields are written once for all
    values of a shape, sorted by what they hold, so that they are read back without a look at each.
    """

    def __init__(self) -> None:
        self.shapes: list[Any] = []
        self.shared: list[Any] = []
        self._shape_numbers: dict[str, int] = {}
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
            parts = [self.packed(one) for one in value]
            if parts and all(isinstance(one, dict) and "s" in one for one in parts):
                return {"l": [one["s"] for one in parts]}
            return parts
        if isinstance(value, frozenset):
            return {"f": sorted((self.packed(one) for one in value), key=json.dumps)}
        if isinstance(value, Mapping):
            return {"m": [self.packed(tuple(value)), self.packed(tuple(value.values()))]}
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = self._share(value)
        return {"s": number}

    def _share(self, value: object) -> int:
        name = type(value).__name__
        if not is_dataclass(value) or _CLASSES.get(name) is not type(value):
            raise TypeError(f"no value of the vocabulary: {type(value)}")
        names: dict[str, list[str]] = {kind: [] for kind in _KINDS}
        parts: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
        for one in fields(value):
            part = getattr(value, one.name)
            if part != one.default:
                kind, written = _by_kind(self.packed(part))
                names[kind].append(one.name)
                parts[kind].append(written)
        self._alive.append(value)
        shape = [name, *names.values()]
        number = self._shape_numbers.setdefault(json.dumps(shape), len(self.shapes))
        if number == len(self.shapes):
            self.shapes.append(shape)
        self.shared.append([number, *parts.values()])
        return len(self.shared) - 1


#: What a field may hold: what JSON has words for, a day, a moment, a shared value, something else.
_KINDS = ("", "d", "t", "s", "?")


def _by_kind(packed: Any) -> tuple[str, Any]:  # noqa: ANN401 - JSON
    if isinstance(packed, dict):
        ((kind, value),) = packed.items()
        return (kind, value) if kind in _KINDS else ("?", packed)
    return ("?" if isinstance(packed, list) else "", packed)


# --- reading ----------------------------------------------------------------------------------


def _unpacked(packed: Any, known: list[Any]) -> Any:  # noqa: ANN401, PLR0911 - as above
    if isinstance(packed, list):
        return tuple([_unpacked(one, known) for one in packed])
    if not isinstance(packed, dict):
        return packed
    ((kind, value),) = packed.items()
    if kind == "s":
        return known[value]
    if kind == "l":
        return tuple([known[one] for one in value])
    if kind == "d":
        return _FROM_ORDINAL(value)
    if kind == "t":
        return _FROM_ISO(value)
    if kind == "e":
        name, written = value
        return _CLASSES[name](written)
    if kind == "f":
        return frozenset(_unpacked(one, known) for one in value)
    keys, values = (_unpacked(one, known) for one in value)
    return dict(zip(keys, values, strict=True))


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
