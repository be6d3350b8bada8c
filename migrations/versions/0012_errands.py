"""Errands: turns in which a skill answers instead of a model, what they show, and what is offered under it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The key says of what comes by itself, such as a morning's digest, that it was begun: once for each person.
ERRANDS = """
ALTER TABLE steward.turns
    ADD errand text NOT NULL DEFAULT '',
    ADD report json,
    ADD taken integer[] NOT NULL DEFAULT '{}',
    ADD key text,
    ADD CONSTRAINT turns_key_key UNIQUE (person, key);
"""

# A report is words too.
TIDY = """
CREATE OR REPLACE FUNCTION steward.tidy(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM inbox WHERE settled_at < before;
    DELETE FROM consents WHERE expires_at < before;
    DELETE FROM messages WHERE said_at < before;
    UPDATE turns SET text = '', reply = '', then_what = '', typed = CASE WHEN typed IS NOT NULL THEN '' END,
        question = NULL, listed = '[]', report = NULL, errand = ''
    WHERE ended_at < before AND (text <> '' OR errand <> '');
$$;
"""


def upgrade() -> None:
    for statements in (ERRANDS, TIDY):
        op.get_bind().exec_driver_sql(statements)
