"""Miro's own contract (an OpenAPI document), held against requests and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema

Json = dict[str, Any]


class Contract:
    """Miro's own OpenAPI document, held against requests and answers."""

    def __init__(self, document: Json) -> None:
        """Prepare; `document` is the parsed contract."""
        self._paths = document["paths"]
        self._root: Json = _nullable(document)
        self._made: dict[str, Any] = {}

    def faults_of_request(
        self, verb: str, path: str, query: Mapping[str, str], body: object
    ) -> list[str]:
        """Return what is wrong with a request; the token purchase stands in no contract."""
        if path == "/v1/oauth/token":
            return []
        found = self._operation(verb, path)
        if found is None:
            return [f"{verb} {path}: no such call"]
        template, operation = found
        label = f"{verb} {template}"
        known = {
            each["name"]: each for each in operation.get("parameters", []) if each["in"] == "query"
        }
        faults = [f"{label}: no parameter {name}" for name in query if name not in known]
        for name, parameter in known.items():
            if name not in query:
                if parameter.get("required"):
                    faults.append(f"{label}: lacks {name}")
                continue
            schema = parameter["schema"]
            value: Any = int(query[name]) if schema.get("type") == "integer" else query[name]
            faults += self._faults(schema, value, f"{label}?{name}")
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            faults += self._faults(content["schema"], body, f"{label} body")
            faults += self._undeclared(content["schema"], body, label)
        elif body is not None:
            faults.append(f"{label}: takes no body")
        return faults

    def faults_of_answer(self, verb: str, template: str, status: int, body: object) -> list[str]:
        """Return what is wrong with an answer; one to an unknown call is not judged."""
        operation = self._paths.get(template, {}).get(verb.lower())
        if operation is None:
            return []
        label = f"{verb} {template} answer {status}"
        response = operation["responses"].get(str(status))
        if response is None:
            return [f"{label}: not declared"]
        content = self._resolved(response).get("content", {}).get("application/json", {})
        return self._faults(content["schema"], body, label) if content and body is not None else []

    def _operation(self, verb: str, path: str) -> tuple[str, Json] | None:
        best: tuple[int, str, Json] | None = None
        for template, operations in self._paths.items():
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if verb.lower() in operations and re.fullmatch(pattern, path):
                names = template.count("{")
                if best is None or names < best[0]:
                    best = (names, template, operations[verb.lower()])
        return best and best[1:]

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target: Any = self._root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def _faults(self, schema: Json, value: object, label: str) -> list[str]:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._made:
            whole = {**_nullable(schema), "components": self._root["components"]}
            self._made[key] = jsonschema.Draft7Validator(whole)
        return [f"{label}: {error.message[:200]}" for error in self._made[key].iter_errors(value)]

    def _undeclared(self, schema: Json, value: object, label: str) -> list[str]:
        """Return the fields of a body that the contract does not name: Miro refuses them."""
        schema = self._resolved(schema)
        if isinstance(value, list):
            return [
                one
                for each in value
                for one in self._undeclared(schema.get("items", {}), each, label)
            ]
        declared = schema.get("properties")
        if not isinstance(value, dict) or not declared:
            return []
        faults = [f"{label}: no field {name}" for name in value if name not in declared]
        for name in value:
            if name in declared:
                faults += self._undeclared(declared[name], value[name], label)
        return faults


def _nullable(node: Any) -> Any:  # noqa: ANN401 - a schema
    """Write OpenAPI 3.0's `nullable` as JSON Schema does."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _nullable(part) for name, part in node.items() if name != "nullable"}
    if node.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made
