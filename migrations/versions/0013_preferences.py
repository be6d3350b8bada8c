"""Preferences: how people want their days."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PREFERENCES = """
CREATE TABLE steward.preferences (
    person uuid NOT NULL,
    name text NOT NULL,
    value json,
    before json,
    words text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (person, name)
);
ALTER TABLE steward.preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.preferences TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON steward.preferences TO steward_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(PREFERENCES)
