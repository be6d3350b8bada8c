"""Model clients: Ollama."""
