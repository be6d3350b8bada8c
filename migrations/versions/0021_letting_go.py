"""Letting go of the settled actions of an account that was disconnected. The audit trail keeps their ids and hashes."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What is open, and what stands in a plan with it, is still worked on and drawn; a card that shows another status than
# its row's is drawn again for a day. Whatever names the account is about it too: where mails come from, or an event
# goes to.
LET_GO = """
CREATE POLICY letting_go ON steward.approvals FOR DELETE TO steward_owner USING (true);
CREATE FUNCTION steward.is_over(card steward.approvals) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM approvals WHERE plan = card.plan
            AND status IN ('proposed', 'approved', 'running', 'undoing', 'uncertain'))
$$;
CREATE FUNCTION steward.let_go(gone uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM approvals
    WHERE person = NULLIF(current_setting('steward.person', true), '')::uuid
        AND (account = gone OR strpos(payload::text, gone::text) > 0)
        AND NOT EXISTS (SELECT FROM accounts WHERE id = gone)
        AND (card_ts = '' OR drawn = status) AND is_over(approvals)
$$;
CREATE FUNCTION steward.let_go_of_old(before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = steward, pg_temp AS $$
    DELETE FROM approvals
    WHERE changed_at < before AND NOT EXISTS (SELECT FROM accounts WHERE id = approvals.account)
        AND is_over(approvals)
$$;
REVOKE ALL ON FUNCTION steward.is_over(steward.approvals), steward.let_go(uuid), steward.let_go_of_old(timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward.let_go(uuid) TO steward_app;
GRANT EXECUTE ON FUNCTION steward.let_go_of_old(timestamptz) TO steward_relay;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(LET_GO)
