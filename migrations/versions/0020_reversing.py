"""Undoings whose outcome nobody knows: the row says that it was an undoing, which the person is then asked about."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# What is under way or unknown already is told by the trail.
COLUMN = """
ALTER TABLE steward.approvals ADD reversing boolean NOT NULL DEFAULT false;
GRANT UPDATE (reversing) ON steward.approvals TO steward_app;
ALTER TABLE steward.approvals NO FORCE ROW LEVEL SECURITY;
ALTER TABLE steward.audit NO FORCE ROW LEVEL SECURITY;
UPDATE steward.approvals card SET reversing = true
WHERE status = 'undoing' OR (status = 'uncertain' AND (
    SELECT was FROM steward.audit
    WHERE action = card.id AND event = 'moved' AND became = 'uncertain' ORDER BY id DESC LIMIT 1) = 'undoing');
ALTER TABLE steward.audit FORCE ROW LEVEL SECURITY;
ALTER TABLE steward.approvals FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(COLUMN)
