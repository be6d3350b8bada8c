"""Letting go of requests that waited for an account until nothing could let them go on."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNPARK = """
CREATE POLICY retention ON steward.parked FOR DELETE TO steward_owner USING (true);
CREATE FUNCTION steward.unpark(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM parked WHERE since < before;
$$;
REVOKE ALL ON FUNCTION steward.unpark(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.unpark(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(UNPARK)
