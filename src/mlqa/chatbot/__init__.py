"""The façade: question in, proven answer out; requests to run an experiment are run."""

from mlqa.chatbot.bot import AnswerKey, Chatbot

__all__ = ["AnswerKey", "Chatbot"]
