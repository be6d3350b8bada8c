"""Belonging: no row may hang on another person's, whatever wrote it.

Keys between tables are checked past row-level security: by themselves they would let a person's action join another's
plan, and hold up its steps.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFERENCES = {
    ("messages", "turn"): "turns",
    ("turns", "follows"): "turns",
    ("approvals", "turn"): "turns",
    ("approvals", "plan"): "turns",
    ("ledger", "action"): "approvals",
}


def upgrade() -> None:
    for table in ("turns", "approvals"):
        op.execute(f"ALTER TABLE steward.{table} ADD CONSTRAINT {table}_of_person UNIQUE (id, person)")
    for (table, column), other in REFERENCES.items():
        op.execute(f"ALTER TABLE steward.{table} DROP CONSTRAINT {table}_{column}_fkey")
        op.execute(
            f"ALTER TABLE steward.{table} ADD CONSTRAINT {table}_{column}_fkey"
            f" FOREIGN KEY ({column}, person) REFERENCES steward.{other} (id, person) ON DELETE CASCADE"
        )
