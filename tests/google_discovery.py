"""Holds requests and answers against Google's discovery document of the Sheets interface.

The document says which methods there are, with which parameters and scopes, and which fields each
body has. A fault is a sentence; no fault means that Google's own description allows it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = Any
"""A JSON value."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}
_INT32 = range(-(1 << 31), 1 << 31)


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of the interface and what the path of a request filled in."""

    method: dict[str, Json]
    ids: dict[str, str]


class Discovery:
    """The discovery document."""

    def __init__(self, path: Path) -> None:
        self._document: dict[str, Json] = json.loads(path.read_text("utf-8"))
        self._methods = list(self._all_methods(self._document))

    def operation(self, verb: str, path: str) -> Operation | None:
        """Find the method that a request means, None when there is none."""
        for method in self._methods:
            template = re.escape(f"/{method['path']}")
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/:]+?)", template)
            pattern = pattern.replace("(?P<range>[^/:]+?)", "(?P<range>[^/]+?)")
            match = re.fullmatch(pattern, path)
            if match and method["httpMethod"] == verb:
                return Operation(method, match.groupdict())
        return None

    def request_faults(
        self, operation: Operation, query: dict[str, list[str]], body: Json, scope: str
    ) -> list[str]:
        """Tell what the document does not allow in a request."""
        method = operation.method
        known = {**self._document["parameters"], **method.get("parameters", {})}
        faults = [f"no parameter {name}" for name in query if name not in known]
        for name, values in query.items():
            allowed = known.get(name, {}).get("enum")
            faults += [f"{name}={value}" for value in values if allowed and value not in allowed]
            if len(values) > 1 and not known.get(name, {}).get("repeated"):
                faults.append(f"{name} twice")
        for fields in query.get("fields", []):
            faults += self.mask_faults(method["response"]["$ref"], fields)
        if scope not in method["scopes"]:
            faults.append(f"scope {scope}")
        reference = method.get("request", {}).get("$ref")
        if reference is None and body is not None:
            faults.append("a body")
        if reference is not None:
            faults += self.faults(reference, body)
        return faults

    def response_faults(self, operation: Operation, body: Json) -> list[str]:
        """Tell what the document does not allow in an answer."""
        return self.faults(operation.method["response"]["$ref"], body)

    def faults(self, schema: str, value: Json) -> list[str]:
        """Tell what a schema of the document does not allow in a value."""
        return self._faults({"$ref": schema}, value, schema)

    def mask_faults(self, schema: str, fields: str) -> list[str]:
        """Tell which fields of a partial-response mask the schema does not have."""
        return self._mask_faults(self._document["schemas"][schema], parse_mask(fields), schema)

    def _mask_faults(self, schema: Json, mask: Mask, where: str) -> list[str]:
        faults = []
        for name, below in mask.items():
            if name == "*":
                continue
            part = schema.get("properties", {}).get(name)
            if part is None:
                faults.append(f"{where} has no field {name}")
                continue
            while part.get("type") == "array":
                part = part["items"]
            if "$ref" in part:
                part = self._document["schemas"][part["$ref"]]
            if below:
                faults += self._mask_faults(part, below, f"{where}.{name}")
        return faults

    def _faults(self, schema: Json, value: Json, where: str) -> list[str]:
        if "$ref" in schema:
            schema = self._document["schemas"][schema["$ref"]]
        kind = schema.get("type", "any")
        if kind == "any":
            return []
        if not _is_a(value, kind):
            return [f"{where} is no {kind}"]
        if kind == "object":
            return self._object_faults(schema, value, where)
        if kind == "array":
            return [
                fault
                for index, item in enumerate(value)
                for fault in self._faults(schema["items"], item, f"{where}[{index}]")
            ]
        allowed = schema.get("enum", [value])
        in_range = schema.get("format") != "int32" or value in _INT32
        return [] if value in allowed and in_range else [f"{where}={value}"]

    def _object_faults(self, schema: Json, value: Json, where: str) -> list[str]:
        faults = []
        for name, item in value.items():
            part = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if part is None:
                faults.append(f"{where} has no field {name}")
            else:
                faults += self._faults(part, item, f"{where}.{name}")
        return faults

    def _all_methods(self, part: Json) -> list[dict[str, Json]]:
        found = list(part.get("methods", {}).values())
        for resource in part.get("resources", {}).values():
            found += self._all_methods(resource)
        return found


def _is_a(value: Json, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


Mask = dict[str, "Mask"]
"""A partial-response mask: what is wanted below each field, everything when that is empty."""


def parse_mask(text: str) -> Mask:
    """Read "a,b(c,d/e)"; raises `ValueError` for a mask with brackets that do not pair."""
    tokens = re.findall(r"[A-Za-z*]+|[(),/.]", text)
    if "".join(tokens) != text:
        raise ValueError(text)
    mask, rest = _parse(tokens)
    if rest:
        raise ValueError(text)
    return mask


def _parse(tokens: list[str]) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while tokens:
        name, *tokens = tokens
        if not re.fullmatch(r"[A-Za-z]+|\*", name):
            raise ValueError(name)
        below = mask.setdefault(name, {})
        while tokens[:1] in (["/"], ["."]):
            below = below.setdefault(tokens[1], {})
            tokens = tokens[2:]
        if tokens[:1] == ["("]:
            inner, tokens = _parse(tokens[1:])
            below.update(inner)
            if tokens[:1] != [")"]:
                raise ValueError("a bracket is not closed")
            tokens = tokens[1:]
        if tokens[:1] != [","]:
            break
        tokens = tokens[1:]
    return mask, tokens


def masked(value: Json, mask: Mask) -> Json:
    """Return the part of a value that a mask asks for, as Google does: empty objects stay."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {name: masked(item, mask[name]) for name, item in value.items() if name in mask}
    return value
