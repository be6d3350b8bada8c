"""Stand-ins for Ollama and Anthropic: their real wire protocols, and a rule-based planner instead of a model."""
