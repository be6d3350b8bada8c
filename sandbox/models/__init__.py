"""A stand-in for Ollama: its real wire protocol, and behind it a rule-based planner instead of a language model."""
