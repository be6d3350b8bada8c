"""LangChain's home: the agent behind the port Mind, its tools and its prompts."""
