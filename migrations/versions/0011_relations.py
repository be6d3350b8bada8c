"""Relations: whom a person means by a name; questions with options to click; and what an answer spoke of."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RELATIONS = """
CREATE TABLE steward.relations (
    person uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    people json NOT NULL,
    origin text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (person, key)
);
ALTER TABLE steward.relations ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.relations FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.relations TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON steward.relations TO steward_app;
"""

# A turn that answers a question is the person's own: no message opened it, and none can.
QUESTIONS = """
ALTER TABLE steward.turns
    ADD question json,
    ADD chosen integer,
    ADD answers uuid UNIQUE,
    ADD listed json NOT NULL DEFAULT '[]',
    ADD CONSTRAINT turns_answers_fkey FOREIGN KEY (answers, person)
        REFERENCES steward.turns (id, person) ON DELETE CASCADE;
"""

# What was asked and what was shown are words too.
TIDY = """
CREATE OR REPLACE FUNCTION steward.tidy(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM inbox WHERE settled_at < before;
    DELETE FROM consents WHERE expires_at < before;
    DELETE FROM messages WHERE said_at < before;
    UPDATE turns SET text = '', reply = '', then_what = '', typed = CASE WHEN typed IS NOT NULL THEN '' END,
        question = NULL, listed = '[]'
    WHERE ended_at < before AND text <> '';
$$;
"""


def upgrade() -> None:
    for statements in (RELATIONS, QUESTIONS, TIDY):
        op.get_bind().exec_driver_sql(statements)
