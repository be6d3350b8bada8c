"""Google's own description of its APIs: finds the method of a request and checks what it says against its schema."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.google.errors import GoogleError, bad_field, invalid

Schema = dict[str, Any]
INTEGERS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
LONGS = {"int64": (-(2**63), 2**63 - 1), "uint64": (0, 2**64 - 1)}


def document(name: str) -> dict[str, Any]:
    """A discovery document of google-api-python-client, e.g. "gmail.v1"; the package itself is not imported."""
    spec = find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "google-api-python-client is not installed: its discovery documents are the sandbox's schema"
        )
    folder = Path(spec.submodule_search_locations[0])
    found: dict[str, Any] = json.loads((folder / "discovery_cache" / "documents" / f"{name}.json").read_text())
    return found


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one API."""

    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: dict[str, Schema]
    request: str | None
    scopes: frozenset[str]
    upload: bool
    most_uploaded: int  # bytes
    api: Api = field(repr=False)


class Api:
    """One API: its methods and its schemas."""

    def __init__(self, name: str) -> None:
        found = document(name)
        self.service = f"{found['name']}.googleapis.com"
        self.prefix = "/" + found["servicePath"]
        self.schemas: dict[str, Schema] = found["schemas"]
        self.common: dict[str, Schema] = found["parameters"]
        self.methods = list(self._methods(found))

    def _methods(self, resource: dict[str, Any]) -> list[Method]:
        own = [self._method(raw) for raw in resource.get("methods", {}).values()]
        for child in resource.get("resources", {}).values():
            own.extend(self._methods(child))
        return own

    def _method(self, raw: dict[str, Any]) -> Method:
        path = re.sub(r"\\{\\?\+?(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.prefix + raw["path"]))
        return Method(
            id=raw["id"],
            verb=raw["httpMethod"],
            pattern=re.compile(path),
            parameters=raw.get("parameters", {}),
            request=raw.get("request", {}).get("$ref"),
            scopes=frozenset(raw.get("scopes", ())),
            upload="mediaUpload" in raw,
            most_uploaded=int(raw.get("mediaUpload", {}).get("maxSize", 0)),
            api=self,
        )

    def find(self, verb: str, raw_path: str) -> tuple[Method, dict[str, str]]:
        """The method a request means, with its path parameters; Google's 404 or 405 where there is none."""
        other = False
        for method in self.methods:
            match = method.pattern.fullmatch(raw_path)
            if match and method.verb == verb:
                return method, {name: unquote(value) for name, value in match.groupdict().items()}
            other = other or match is not None
        if other:
            raise GoogleError(405, "httpMethodNotAllowed", message="Method Not Allowed")
        raise GoogleError(404, "notFound", message="Not Found")


def check_query(method: Method, query: list[tuple[str, str]]) -> dict[str, Any]:
    """The query's parameters, typed; an unknown one, a wrong type or a repeated single one is Google's 400."""
    found: dict[str, Any] = {}
    for name, text in query:
        spec = method.parameters.get(name)
        if spec is None or spec["location"] != "query":
            spec = method.api.common.get(name)
        if spec is None:
            raise bad_field(
                name,
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                f"Field '{name}' could not be found in request message.",
            )
        value = _parameter(name, text, spec=spec)
        if spec.get("repeated"):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise bad_field(name, f"Invalid value at '{name}': Proto field is not repeating, cannot start list.")
        else:
            found[name] = value
    missing = [
        n for n, s in method.parameters.items() if s.get("required") and s["location"] == "query" and n not in found
    ]
    if missing:
        raise GoogleError(400, "required", message=f"Required parameter: {missing[0]}")
    return found


def _parameter(name: str, text: str, *, spec: Schema) -> Any:
    kind, shape = spec.get("type"), spec.get("format", "")
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise bad_field(name, f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"")
        return text.lower() == "true"
    if kind == "integer":
        return _integer(name, text, spec=spec)
    if spec.get("enum") and text not in spec["enum"]:
        raise bad_field(name, f"Invalid value at '{name}' (TYPE_ENUM), \"{text}\"")
    _check_format(name, text, shape=shape)
    if shape == "date-time" and datetime.fromisoformat(text).tzinfo is None:
        raise bad_field(name, f"Invalid value at '{name}' (date-time): a time zone offset is mandatory, \"{text}\"")
    return text


def _integer(name: str, text: str, *, spec: Schema) -> int:
    low, high = INTEGERS[spec.get("format", "int32")]
    low, high = int(spec.get("minimum", low)), int(spec.get("maximum", high))
    if not re.fullmatch(r"-?\d+", text):
        raise bad_field(name, f"Invalid value at '{name}' (TYPE_INT32), \"{text}\"")
    if not low <= int(text) <= high:
        raise invalid(f"Invalid value '{text}'. Values must be within the range: [{low}, {high}]", "invalidParameter")
    return int(text)


def _check_format(where: str, text: str, *, shape: str) -> None:
    try:
        if shape == "date-time":
            datetime.fromisoformat(text)
        elif shape == "date":
            date.fromisoformat(text)
        elif shape in LONGS:
            low, high = LONGS[shape]
            if not low <= int(text) <= high:
                raise ValueError(text)
        elif shape == "byte":
            base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        reason = "Base64 decoding failed" if shape == "byte" else f'"{text[:80]}"'
        raise bad_field(where, f"Invalid value at '{where}' ({shape or 'TYPE_STRING'}), {reason}") from None


def check_body(method: Method, body: Any) -> dict[str, Any]:
    """The JSON body, checked; an unknown field or a wrong type is Google's 400."""
    if method.request is None:
        if body not in (None, {}):
            raise invalid("Invalid JSON payload received. The request takes no body.", "badRequest")
        return {}
    if body is None:
        return {}
    _check(method.api, {"$ref": method.request}, value=body, where="")
    checked: dict[str, Any] = body
    return checked


def _check(api: Api, schema: Schema, *, value: Any, where: str) -> None:
    if "$ref" in schema:
        schema = api.schemas[schema["$ref"]]
    kind = schema.get("type")
    if value is None or kind == "any":
        return  # null clears a field: https://developers.google.com/workspace/calendar/api/guides/performance#patch
    if kind == "object":
        _check_object(api, schema, value=value, where=where)
    elif kind == "array":
        if not isinstance(value, list):
            raise _mistyped(where, "list", value=value)
        for position, item in enumerate(value):
            _check(api, schema["items"], value=item, where=f"{where}[{position}]")
    else:
        _check_scalar(schema, value, where=where)


def _check_object(api: Api, schema: Schema, *, value: Any, where: str) -> None:
    if not isinstance(value, dict):
        raise _mistyped(where, "object", value=value)
    for name, item in value.items():
        inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
        path = f"{where}.{name}" if where else name
        if inner is None:
            target = f" at '{where}'" if where else ""
            message = f'Invalid JSON payload received. Unknown name "{name}"{target}: Cannot find field.'
            raise bad_field(where, message)
        _check(api, inner, value=item, where=path)


def _check_scalar(schema: Schema, value: Any, *, where: str) -> None:
    kind, shape = schema["type"], schema.get("format", "")
    if kind == "string":
        if shape in LONGS and isinstance(value, int) and not isinstance(value, bool):
            return
        if not isinstance(value, str):
            raise _mistyped(where, "TYPE_STRING", value=value)
        if schema.get("enum") and value not in schema["enum"]:
            raise _mistyped(where, "TYPE_ENUM", value=value)
        _check_format(where, value, shape=shape)
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise _mistyped(where, "TYPE_BOOL", value=value)
    elif kind == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            raise _mistyped(where, "TYPE_INT32", value=value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise _mistyped(where, "TYPE_DOUBLE", value=value)


def _mistyped(where: str, expected: str, *, value: Any) -> GoogleError:
    return bad_field(where, f"Invalid value at '{where}' ({expected}), {json.dumps(value)[:80]}")
