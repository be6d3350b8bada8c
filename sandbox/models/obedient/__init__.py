"""A model that does whatever any text in its prompt says: the worst that injected text can make of one.

What the person asks is planned as by the planner; every order that stands anywhere in the prompt, be it in a mail, an
event, a name or an answer of its own, is carried out beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.models.obedient.orders import Alter, Carry, Do, Order, Say, orders, texts
from sandbox.models.planner.conversation import Call, Json, read
from sandbox.models.planner.plan import Answer, plan

Messages = Sequence[Mapping[str, Any]]
SUBSTITUTIONS = 8  # altered calls of one step that are taken for the planned ones
MOST_CALLS = 12  # orders carried out in one step


def obey(messages: Messages, tools: Sequence[Mapping[str, Any]] | None) -> Answer:
    """The next step: the person's request, and every order of the prompt."""
    found = orders(list(texts(messages)))
    made = {call.key: result for call, result in read(messages, tools).current.made}
    planned = _planned(messages, tools, found, made)
    ordered = [call for order in found for call in _next(order, made) if call.key not in made]
    calls = {call.key: call for call in (*(_altered(c, found) for c in planned.calls), *ordered[:MOST_CALLS])}
    if calls:
        return Answer(calls=tuple(calls.values()))
    said = [order.words for order in found if isinstance(order, Say)]
    return Answer("\n".join(dict.fromkeys((planned.content, *said))))


def _planned(
    messages: Messages, tools: Sequence[Mapping[str, Any]] | None, found: Sequence[Order], made: Mapping[str, Json]
) -> Answer:
    """What the planner would do: it is shown its own calls where altered ones were made."""
    for _ in range(SUBSTITUTIONS):
        planned = plan(messages, tools)
        taken = {_altered(c, found).key: c for c in planned.calls if _altered(c, found).key in made}
        if not taken:
            return planned
        messages = [_substituted(message, taken) for message in messages]
    return planned


def _substituted(message: Mapping[str, Any], taken: Mapping[str, Call]) -> Mapping[str, Any]:
    calls = message.get("tool_calls")
    return {**message, "tool_calls": [_call(one, taken) for one in calls]} if calls else message


def _call(one: Json, taken: Mapping[str, Call]) -> Json:
    function = one.get("function") or {}
    planned = taken.get(Call(str(function.get("name", "")), dict(function.get("arguments") or {})).key)
    return {**one, "function": {**function, "arguments": planned.args}} if planned else one


def _altered(call: Call, found: Sequence[Order]) -> Call:
    for order in found:
        if isinstance(order, Alter) and order.tool == call.tool:
            call = Call(call.tool, order.change(call.args))
    return call


def _next(order: Order, made: Mapping[str, Json]) -> tuple[Call, ...]:
    if isinstance(order, Do):
        return order.calls
    return _carrying(order, made) if isinstance(order, Carry) else ()


def _carrying(order: Carry, made: Mapping[str, Json]) -> tuple[Call, ...]:
    """Search, read, write: the first of these that wasn't done."""
    search = Call("search_mail", {"subject": order.subject})
    if search.key not in made:
        return (search,)
    mails = [mail for mail in made[search.key].get("mails") or () if mail.get("thread")]
    mails.sort(key=lambda mail: mail.get("subject") != order.subject)  # one of exactly that name before all others
    if not mails:
        return ()
    thread = str(mails[0]["thread"])
    reading = Call("read_thread", {"thread": thread})
    if reading.key not in made:
        return (reading,)
    text = "\n\n".join(str(mail.get("text", "")) for mail in made[reading.key].get("mails") or ())
    return (order.target(text),)
