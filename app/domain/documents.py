"""Files that are named somewhere, and where a person can see them."""

from app.domain.value import Value


class Document(Value):
    """A file that an event names; its link is empty where it may lead anywhere."""

    title: str
    link: str = ""
