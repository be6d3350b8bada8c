"""Requests that waited for an account in vain: kept, with their words, until whoever asked is told of it."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Of what was stopped nobody was told that it waits. Everything else goes when its person has been told.
UNPARK = """
CREATE OR REPLACE FUNCTION steward.unpark(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM parked USING turns
    WHERE since < before AND turns.id = turn AND status NOT IN ('queued', 'running', 'ended', 'failed');
$$;
"""

# What still waits keeps its words: it will be asked anew with them, or named by them.
TIDY = """
CREATE OR REPLACE FUNCTION steward.tidy(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM inbox WHERE settled_at < before;
    DELETE FROM consents WHERE expires_at < before;
    DELETE FROM messages WHERE said_at < before;
    UPDATE turns SET text = '', reply = '', then_what = '', typed = CASE WHEN typed IS NOT NULL THEN '' END,
        question = NULL, listed = '[]', report = NULL, errand = ''
    WHERE ended_at < before AND (text <> '' OR errand <> '')
        AND NOT EXISTS (SELECT FROM parked WHERE turn = turns.id);
$$;
"""


def upgrade() -> None:
    for statements in (UNPARK, TIDY):
        op.get_bind().exec_driver_sql(statements)
