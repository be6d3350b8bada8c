"""Letting go: what Slack sent and what was said, once it is older than the settings keep it."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The key of an envelope goes with it: Slack brings nothing again after more than some minutes.
TIDY = """
CREATE POLICY retention ON steward.messages TO steward_owner USING (true);
CREATE POLICY retention ON steward.turns FOR UPDATE TO steward_owner USING (true);
CREATE FUNCTION steward.tidy(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM inbox WHERE settled_at < before;
    DELETE FROM consents WHERE expires_at < before;
    DELETE FROM messages WHERE said_at < before;
    UPDATE turns SET text = '', reply = '' WHERE ended_at < before AND text <> '';
$$;
REVOKE ALL ON FUNCTION steward.tidy(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.tidy(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(TIDY)
