"""The models this server offers, under honest names, with the dates they were first seen kept in its folder."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PLANNER = "steward-planner:latest"
EMBEDDER = "all-minilm:latest"
KEEP_ALIVE = timedelta(minutes=5)  # Ollama's default OLLAMA_KEEP_ALIVE
FOREVER = timedelta(days=365 * 100)  # what a negative keep_alive means


@dataclass(frozen=True)
class Model:
    """One entry of /api/tags and /api/show."""

    name: str
    family: str
    about: str
    capabilities: tuple[str, ...]
    context: int

    @property
    def digest(self) -> str:
        """A stable digest, as a real model file would have."""
        return hashlib.sha256(f"{self.name} {self.about}".encode()).hexdigest()

    def details(self) -> Json:
        """Ollama's ModelDetails."""
        return {
            "parent_model": "",
            "format": "rules",
            "family": self.family,
            "families": [self.family],
            "parameter_size": "0",
            "quantization_level": "none",
        }


MODELS = (
    Model(PLANNER, "rules", "rule-based planner, no language model", ("completion", "tools"), 131_072),
    Model(
        EMBEDDER,
        "hashes",
        "hashed words, no language model; named after the model it stands in for",
        ("embedding",),
        512,
    ),
)


class Registry:
    """Finds models, and knows which are loaded until when."""

    def __init__(self, home: Path) -> None:
        self._file = home / "models.json"
        self.since = self._read_since()
        self._loaded: dict[str, tuple[datetime, int]] = {}

    def _read_since(self) -> str:
        if self._file.exists():
            return str(json.loads(self._file.read_text())["since"])
        since = datetime.now(UTC).isoformat()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"since": since}))
        os.replace(fresh, self._file)
        return since

    def find(self, name: str) -> Model | None:
        """The model of that name; without a tag `latest` is meant."""
        wanted = name if ":" in name else f"{name}:latest"
        return next((model for model in MODELS if model.name == wanted), None)

    def touch(self, model: Model, keep_alive: object, context: int) -> bool:
        """Load the model or keep it loaded for as long as asked; True if it had to be loaded."""
        now = datetime.now(UTC)
        fresh = model.name not in self._loaded or self._loaded[model.name][0] <= now
        self._loaded[model.name] = (now + duration(keep_alive), context)
        return fresh

    def tags(self) -> Json:
        """/api/tags."""
        return {"models": [{**self._entry(model), "modified_at": self.since} for model in MODELS]}

    def loaded(self) -> Json:
        """/api/ps: what is loaded now."""
        now = datetime.now(UTC)
        present = [(model, *self._loaded[model.name]) for model in MODELS if model.name in self._loaded]
        return {
            "models": [
                {**self._entry(model), "expires_at": until.isoformat(), "size_vram": 0, "context_length": context}
                for model, until, context in present
                if until > now
            ]
        }

    def show(self, model: Model) -> Json:
        """/api/show."""
        return {
            "license": "",
            "modelfile": f"# {model.about}\nFROM {model.name}",
            "parameters": f"num_ctx {model.context}",
            "template": "{{ .Prompt }}",
            "details": model.details(),
            "model_info": {
                "general.architecture": model.family,
                "general.description": model.about,
                f"{model.family}.context_length": model.context,
            },
            "capabilities": list(model.capabilities),
            "modified_at": self.since,
        }

    def _entry(self, model: Model) -> Json:
        return {
            "name": model.name,
            "model": model.name,
            "size": 0,
            "digest": model.digest,
            "details": model.details(),
        }


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(value: object) -> timedelta:
    """Ollama's keep_alive: seconds as a number, or text such as "5m" or "1h30m"; negative is for ever."""
    if value is None or value == "":
        return KEEP_ALIVE
    if isinstance(value, int | float):
        return FOREVER if value < 0 else timedelta(seconds=value)
    text = str(value)
    if text.startswith("-"):
        return FOREVER
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f'time: invalid duration "{text}"')
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
