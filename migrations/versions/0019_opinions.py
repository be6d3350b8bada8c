"""Of a verdict only what the model said: what follows from it, each day's signals say anew."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPINIONS = """
TRUNCATE steward.verdicts;
ALTER TABLE steward.verdicts
    DROP COLUMN thread, DROP COLUMN suggestion, DROP COLUMN minutes, DROP COLUMN judged;
ALTER TABLE steward.verdicts RENAME COLUMN reason TO why;
"""
"""Truncated, because what was kept are no words of a model's but what was made of them; it is asked anew."""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(OPINIONS)
