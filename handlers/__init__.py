"""What reaches Steward: Slack and HTTP."""
