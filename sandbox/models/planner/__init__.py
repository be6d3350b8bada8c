"""The rule-based planner: it works out everyday requests from the words on the wire, and says so; no language model."""
