"""What the command line does: each command joins handlers or jobs with the house and runs them."""
