"""Plays one request as a person at the page would: says it, reads along, clicks, and tells what happened."""
