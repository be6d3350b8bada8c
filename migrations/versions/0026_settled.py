"""Letting go of what was settled long ago, with all it held. The audit trail keeps its ids and hashes."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Whole rows: the note, the receipt and the ledger speak of the same mails and events as the payload does. What is open,
# or of unknown outcome, still asks its person for something, and is kept with its plan.
LET_GO = """
CREATE FUNCTION steward.let_go_of_settled(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM approvals WHERE changed_at < before AND is_over(approvals)
$$;
REVOKE ALL ON FUNCTION steward.let_go_of_settled(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.let_go_of_settled(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(LET_GO)
