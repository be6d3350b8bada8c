"""One class per kind of request the planner understands, each with `matches` and `steps`."""
