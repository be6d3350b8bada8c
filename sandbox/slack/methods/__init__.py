"""The Web API's methods, by family."""

from sandbox.slack.call import Method
from sandbox.slack.methods import app, assistant, chat, conversations, streams, views

METHODS: dict[str, Method] = {
    method.name: method for family in (app, assistant, chat, conversations, streams, views) for method in family.METHODS
}
