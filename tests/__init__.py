"""The tests: unit, contract, integration, acceptance, browser."""
