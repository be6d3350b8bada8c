"""How many calls to a paid model a day has seen, over all processes: counted before each call, never beyond the cap."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# No person: what the company pays for is capped for all together.
TABLE = """
CREATE TABLE steward.paid_calls (
    day date PRIMARY KEY,
    calls integer NOT NULL
);
ALTER TABLE steward.paid_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE steward.paid_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY functions ON steward.paid_calls TO steward_owner USING (true);
"""

# The count is taken and compared in one statement, so that of all that come at once no one gets past the cap.
TAKE = """
CREATE FUNCTION steward.take_paid_call(today date, most integer) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    WITH taken AS (
        INSERT INTO paid_calls (day, calls) SELECT today, 1 WHERE most > 0
        ON CONFLICT (day) DO UPDATE SET calls = paid_calls.calls + 1 WHERE paid_calls.calls < most
        RETURNING calls)
    SELECT EXISTS (SELECT FROM taken)
$$;
REVOKE ALL ON FUNCTION steward.take_paid_call(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.take_paid_call(date, integer) TO steward_app;
"""


def upgrade() -> None:
    for statements in (TABLE, TAKE):
        op.get_bind().exec_driver_sql(statements)
