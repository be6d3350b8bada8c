"""A value in the form that a JSON schema asks for."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]


def shaped(value: object, schema: Schema) -> Any:
    """As much of the value as the schema has a place for, and the smallest there is for what it lacks."""
    return _shaped(value, schema, schema)


def _shaped(value: object, schema: Schema, root: Schema) -> Any:
    schema = _resolved(schema, root, value)
    if "const" in schema:
        return schema["const"]
    if choices := schema.get("enum"):
        return value if value in choices else choices[0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(value if isinstance(value, Mapping) else {}, schema, root)
    if kind == "array":
        items = value if isinstance(value, list | tuple) else []
        return [_shaped(item, schema.get("items") or {}, root) for item in items]
    return _plain(value, schema)


def _object(value: Mapping[str, Any], schema: Schema, root: Schema) -> dict[str, Any]:
    required = set(schema.get("required") or ())
    return {
        name: _shaped(value.get(name), part, root)
        for name, part in (schema.get("properties") or {}).items()
        if name in value or name in required
    }


def _plain(value: object, schema: Schema) -> object:
    kind = schema.get("type")
    if kind == "string":
        return value if isinstance(value, str) else ""
    if kind == "boolean":
        return bool(value)
    if kind in ("integer", "number"):
        number = value if isinstance(value, int | float) else 0
        return min(max(number, schema.get("minimum", number)), schema.get("maximum", number))
    return None if kind == "null" else value


def _resolved(schema: Schema, root: Schema, value: object) -> Schema:
    """The schema itself, behind a reference and a choice of which one may be nothing."""
    if reference := schema.get("$ref"):
        found: Any = root
        for part in str(reference).removeprefix("#/").split("/"):
            found = found[part]
        return _resolved(found, root, value)
    for choice in ("anyOf", "oneOf", "allOf"):
        if parts := schema.get(choice):
            fitting = [part for part in parts if (part.get("type") == "null") == (value is None)]
            return _resolved((fitting or parts)[0], root, value)
    return schema
