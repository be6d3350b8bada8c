"""Tasks: what people have to do; what was found in an account goes when its connection does."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TASKS = """
CREATE TABLE steward.tasks (
    person uuid NOT NULL,
    key text NOT NULL,
    number integer NOT NULL,
    account uuid REFERENCES steward.accounts (id) ON DELETE CASCADE,
    found json NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'done')),
    snoozed timestamptz,
    moved text NOT NULL,
    moved_from text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (person, key),
    UNIQUE (person, number)
);
ALTER TABLE steward.tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.tasks TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON steward.tasks TO steward_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(TASKS)
