"""The page in the browser that looks and works like a Slack workspace, and the person API behind it."""
