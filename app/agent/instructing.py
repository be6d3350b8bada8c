"""What a model is told to do besides answering people: one file of instructions for each task."""

import hashlib
from functools import cache
from importlib.resources import files


@cache
def instruction(task: str) -> str:
    """The instructions of a task; its first line names it."""
    text = files("app.agent.prompts").joinpath(f"{task}.md").read_text(encoding="utf-8").strip()
    return f"Task: {task}\n{text}"


@cache
def version(task: str) -> str:
    """Changes whenever the instructions of a task do."""
    return hashlib.sha256(instruction(task).encode()).hexdigest()[:16]
