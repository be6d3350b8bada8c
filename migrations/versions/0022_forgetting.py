"""Forgetting whom a person means by a name."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql("GRANT DELETE ON steward.relations TO steward_app")
