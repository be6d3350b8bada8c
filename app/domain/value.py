"""What every noun is made of."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
