"""What the stand-ins start from: a written or an invented world of two people, or one's own mail and calendar."""

from sandbox.world.build import build_world
from sandbox.world.invented import invented
from sandbox.world.own import own_world
from sandbox.world.types import World, WorldError

__all__ = ["World", "WorldError", "build_world", "invented", "own_world"]
