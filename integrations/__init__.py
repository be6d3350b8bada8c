"""What Steward reaches: Slack, Google, models, the queue."""
