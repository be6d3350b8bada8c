"""Calendar v3: events, recurrences, guests and what they are told."""
