"""Pure functions on time, mail and calendars, without I/O."""
