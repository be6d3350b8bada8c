"""What the stand-ins start from: a world of two people and their accounts, or one's own mail and calendar."""

from sandbox.world.build import build_world
from sandbox.world.own import own_world
from sandbox.world.types import World, WorldError

__all__ = ["World", "WorldError", "build_world", "own_world"]
