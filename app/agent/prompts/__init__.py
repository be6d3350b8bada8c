"""The prompts, as text files."""
