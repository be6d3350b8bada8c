"""The twelve everyday requests in many wordings, on two worlds, against end states worked out by other means."""
