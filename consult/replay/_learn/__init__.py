"""Learning from review: what doctors correct most, and cases that are proposed from what they signed."""

from consult.replay._learn.document import learn_document
from consult.replay._learn.html import learn_html
from consult.replay._learn.lessons import Lessons, learn
from consult.replay._learn.told import proposed as learn_proposed
from consult.replay._learn.told import summary as learn_summary
from consult.replay._learn.words import words as learn_words

__all__ = ["Lessons", "learn", "learn_document", "learn_html", "learn_proposed", "learn_summary", "learn_words"]
