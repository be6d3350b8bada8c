"""Verdicts: how mails were sorted, kept as long as their account is connected."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

VERDICTS = """
CREATE TABLE steward.verdicts (
    person uuid NOT NULL,
    account uuid NOT NULL REFERENCES steward.accounts (id) ON DELETE CASCADE,
    mail text NOT NULL,
    thread text NOT NULL,
    version text NOT NULL,
    category text NOT NULL,
    priority integer NOT NULL,
    suggestion text NOT NULL,
    minutes integer NOT NULL,
    reason text NOT NULL,
    judged boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (person, account, mail)
);
ALTER TABLE steward.verdicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.verdicts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON steward.verdicts TO steward_app
    USING (person = NULLIF(current_setting('steward.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON steward.verdicts TO steward_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(VERDICTS)
