"""The OpenAPI file of NextGenPSD2 as a judge: is this reply what the standard describes?

The file has faults of its own, handled here and nowhere else: ``oneOf`` over schemas that overlap
(read as ``anyOf``), patterns that are not anchored (they are meant for the whole text), and a
message code that refers to the category's values (this bank sends no such message). Members the
file doesn't know are refused, but for a short list of additions.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import yaml
from lxml import etree
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

_URI = "urn:psd2"
# What this bank adds: real ones do the like. The contract of the bank names them.
_ADDITIONS = {
    "paymentInitationRequestResponse-201": ("reasonCode",),
    "paymentInitiationStatusResponse-200_json": ("reasonCode",),
    # Of each payment in a bulk: the file gives a status to the whole only.
    "paymentInitiationBulkElement_json": ("transactionStatus", "reasonCode"),
    "paymentInitiationWithStatusResponse": (
        *("psuMessage", "reasonCode"),
        # The file's own table of products has it; its schema of the reply forgot it.
        "creditorAgentName",
        # Of the bank's own product for transfers within China.
        *("creditorAgentMemberId", "arrivalMode"),
    ),
}


class Standard:
    """Hold the standard's file and judge replies by it.

    Args:
        path: The OpenAPI file.
    """

    def __init__(self, path: Path) -> None:
        self._document = _load(path)
        resource = DRAFT4.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self.seen: set[tuple[str, str, int]] = set()

    def check_reply(self, reply: httpx.Response) -> None:
        """Assert that a reply has a documented status, the documented headers and body."""
        request = reply.request
        template, operation = self._operation(request.method, request.url.path)
        described = operation["responses"].get(str(reply.status_code))
        assert described is not None, f"{request.method} {template} documents no {reply.status_code}"
        self.seen.add((request.method, template, reply.status_code))
        described = self._resolved(described)
        assert reply.headers["x-request-id"] == request.headers["x-request-id"]
        for name in described.get("headers", {}):
            if name == "ASPSP-SCA-Approach":
                assert reply.headers[name] in ("EMBEDDED", "DECOUPLED"), (template, name)
            if name == "Location" and reply.status_code == 201:
                assert reply.headers[name].startswith("https://"), (template, name)
        kind = reply.headers.get("content-type", "application/json")
        if kind == "application/xml" and kind in described.get("content", {}):
            # Only that it is XML: the messages have schemas of their own.
            etree.fromstring(reply.content)
            return
        content = described.get("content", {}).get("application/json")
        if content is None:
            assert reply.content == b"", f"{template} has no body in the standard"
            return
        assert reply.headers["content-type"] == "application/json"
        self._check(content["schema"], reply.json(), f"{request.method} {template} {reply.status_code}")

    def check_request(self, request: httpx.Request) -> None:
        """Assert that a request of these tests is one the standard describes, headers and body."""
        _, operation = self._operation(request.method, request.url.path)
        for parameter in operation.get("parameters", []):
            described = self._resolved(parameter)
            if described["in"] == "header" and described.get("required"):
                assert described["name"].lower() in request.headers, described["name"]

    def _check(self, schema: dict[str, Any], value: object, where: str) -> None:
        local = cast("dict[str, Any]", _pointed(schema))
        validator = OAS30Validator(local, registry=self._registry, format_checker=oas30_format_checker)
        faults = [f"{where}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not faults, "\n".join(faults)

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        # "/v1/consents/{consentId}" before "/v1/{payment-service}/{payment-product}".
        for template, operations in sorted(self._document["paths"].items(), key=lambda item: item[0].count("{")):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template.strip())
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return template.strip(), operations[method.lower()]
        raise AssertionError(f"the standard has no {method} {path}")

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in value:
            found: Any = self._document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value


@cache
def _load(path: Path) -> dict[str, Any]:
    text = path.read_bytes().decode("utf-8", "replace")
    document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    for name, additions in _ADDITIONS.items():
        for addition in additions:
            document["components"]["schemas"][name]["properties"].setdefault(addition, {"type": "string"})
    _tighten(document["components"])
    return document


def _tighten(node: object) -> None:
    """Refuse members the file doesn't describe, and read its patterns and alternatives as they are meant."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and node.get("type", "object") == "object":
            node.setdefault("additionalProperties", False)
        if isinstance(node.get("pattern"), str):
            # Written like ISO 20022's, whose patterns hold for the whole text.
            node["pattern"] = f"^(?:{node['pattern']})$"
        if isinstance(node.get("oneOf"), list):
            node["anyOf"] = node.pop("oneOf")
        for value in node.values():
            _tighten(value)
    elif isinstance(node, list):
        for value in node:
            _tighten(value)


def _pointed(node: object) -> object:
    """Make the file's references absolute, so that a part of it can be judged alone."""
    if isinstance(node, dict):
        return {
            key: f"{_URI}{value}" if key == "$ref" and isinstance(value, str) else _pointed(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_pointed(value) for value in node]
    return node
