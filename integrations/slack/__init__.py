"""Slack: cards as Block Kit, and the Web API behind the port Chat."""
