"""The one grammar of time phrases, to which the modules of rules add theirs."""

from app.planning.phrases.chart import Grammar

GRAMMAR = Grammar()
