"""The app's own tabs: Home, and the first look at the direct messages."""

from app.domain.types import Place, person_id
from app.reception import Reception
from handlers.envelopes import Body


class Home:
    """Answers app_home_opened."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def opened(self, body: Body) -> None:
        """Publish the Home tab, or suggest requests in the Messages tab."""
        event = body["event"]
        person = person_id(str(body["team_id"]), event["user"])
        if event.get("tab") == "home":
            await self._reception.home(person, event["user"])
        else:
            await self._reception.suggest(Place(channel=event["channel"], thread=""))
