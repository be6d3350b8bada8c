"""Embeddings without a model: words and their letter triples hashed into 384 signed buckets, normalised."""

import math
import re
from hashlib import blake2b

DIMENSIONS = 384  # as Ollama's all-minilm
_WORD = re.compile(r"[^\W_]+")
TRIPLE_WEIGHT = 0.3  # inflections come near each other, whole words count for more


def vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """The unit vector of a text; an empty text has one too, as every real model gives one."""
    values = [0.0] * dimensions
    for feature, weight in _features(text):
        bucket = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "big")
        values[bucket % dimensions] += weight if bucket & (1 << 63) else -weight
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values] if length else [1.0, *values[1:]]


def _features(text: str) -> list[tuple[str, float]]:
    features: list[tuple[str, float]] = []
    for word in _WORD.findall(text.lower()):
        features.append((word, 1.0))
        padded = f"^{word}$"
        features += [(f"~{padded[i : i + 3]}", TRIPLE_WEIGHT) for i in range(len(padded) - 2)]
    return features
