"""Gmail v1: mailboxes, search, drafts and what happens to a mail that is sent."""
