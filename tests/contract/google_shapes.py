"""Holds every answer of the stand-in against Google's discovery documents, read independently of its own reading."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from googleapiclient.discovery_cache import get_static_doc
from jsonschema import Draft202012Validator

RFC_3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
PATTERNS = {"date-time": RFC_3339, "date": r"^\d{4}-\d\d-\d\d$", "int64": r"^-?\d+$", "uint64": r"^\d+$",
            "byte": r"^[A-Za-z0-9_-]*={0,2}$"}  # fmt: skip
APIS = {"/gmail/v1/": "gmail", "/calendar/v3/": "calendar"}
seen: set[str] = set()  # the ids of the methods whose answers were held against their schemas


def check(verb: str, target: str, status: int, content: bytes) -> None:
    """Fails on an answer with a field or a type that is not in its method's response schema, or a crooked error."""
    parts = urlsplit(target)
    name = next((api for prefix, api in APIS.items() if parts.path.startswith(prefix)), None)
    if name is None or status == 304:
        return
    if status >= 400:
        error = json.loads(content)["error"]
        assert error["code"] == status
        assert all({"domain", "reason", "message"} <= set(item) for item in error["errors"])
        return
    method = _method(name, verb, parts.path)
    seen.add(method["id"])
    if "response" not in method:
        assert (status, content) == (204, b"")
    elif "fields=" not in parts.query:
        problems = list(_validator(name, method["response"]["$ref"]).iter_errors(json.loads(content)))
        assert not problems, f"{method['id']}: {problems[0].json_path}: {problems[0].message[:300]}"


@cache
def _document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get_static_doc(name, {"gmail": "v1", "calendar": "v3"}[name]))
    return found


def _method(name: str, verb: str, path: str) -> dict[str, Any]:
    document = _document(name)
    return next(
        method
        for method in _methods(document)
        if method["httpMethod"] == verb
        and re.fullmatch("/" + re.sub(r"{\w+}", "[^/]+", document["servicePath"] + method["path"]), path)
    )


def _methods(resource: dict[str, Any]) -> list[dict[str, Any]]:
    own = list(resource.get("methods", {}).values())
    return own + [method for child in resource.get("resources", {}).values() for method in _methods(child)]


@cache
def _validator(name: str, schema: str) -> Draft202012Validator:
    definitions = {key: _converted(value) for key, value in _document(name)["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def _converted(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kind = schema.get("type", "any")
    if kind == "any":
        return {}
    found: dict[str, Any] = {"type": kind}
    if schema.get("enum"):
        found["enum"] = schema["enum"]
    if schema.get("format") in PATTERNS:
        found["pattern"] = PATTERNS[schema["format"]]
    if kind == "array":
        found["items"] = _converted(schema["items"])
    if kind == "object":
        found["properties"] = {key: _converted(value) for key, value in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        found["additionalProperties"] = _converted(more) if more else False
    return found
