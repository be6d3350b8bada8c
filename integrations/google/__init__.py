"""Google: consent and tokens, Gmail behind the port Mailbox, Google Calendar behind the port Calendar."""
