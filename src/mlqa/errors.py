"""Every error of ours, one tree.

    MlqaError                 anything that a user can mend; the command line exits with 1
    ├── ConfigError           a setting or the settings file is wrong
    ├── CorpusError           documents that cannot be read
    ├── GlossaryError         a glossary that cannot be used
    ├── FaqError              a FAQ that cannot be used
    ├── QuestionError         a question that cannot be asked
    ├── BatchError            a line of a batch file that is not a request
    ├── IndexProblem          an index that cannot be used
    │   ├── IndexMissing      there is none
    │   ├── IndexDamaged      its files are not what was written
    │   └── IndexMismatch     it was made by another schema, analyser or embedder
    ├── StorageError          a folder that cannot be written, a full disk
    ├── KnowledgeError        a knowledge base that cannot be made, changed or built
    ├── ConversationError     a saved conversation that is not there, or cannot be called so
    ├── ModelError            a model that cannot be found, loaded or run
    ├── GoldError             a gold set that cannot be used
    ├── DatasetError          a data set of others that cannot be used
    ├── RunError              a run of an evaluation that cannot be kept, read or compared
    └── ToolError             a tool that cannot be run, or did not come to its end
        ├── UnknownTool           there is none of that name
        ├── ToolArgumentError     an argument is missing, unknown or outside its limits
        ├── ToolTimeout           it took longer than it may
        ├── ToolOutOfMemory       it took more memory than it may
        ├── ToolCancelled         whoever asked for it does not want it any more
        ├── ToolCrashed           it failed, or its process ended
        └── ToolDefinitionError   a function that cannot become a tool

An error carries a key of the message catalogue and the values of its placeholders, so that the
edge can say it in the user's language: what is wrong, which value, and what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlqa.messages import Language, message


class Phrase:
    """A part of a sentence that is itself one of the catalogue, in whichever language is read.

    Args:
        key: Key of the part.
        **values: Values of its placeholders; these may be phrases, too.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values

    def text(self, language: Language = "ko") -> str:
        """The part in one language."""
        return message(self.key, language, **_spoken(self.values, language))

    def __str__(self) -> str:
        return self.text()


def _spoken(values: Mapping[str, object], language: Language) -> dict[str, object]:
    """The values with each phrase in one language."""
    return {
        name: value.text(language) if isinstance(value, Phrase) else value
        for name, value in values.items()
    }


class _Said(Exception):  # noqa: N818 - what errors and warnings of ours have in common
    """What a user is told, by a sentence of the message catalogue.

    Args:
        key: Key of the sentence.
        **values: Values of its placeholders; these may be phrases of the catalogue.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def text(self, language: Language = "ko") -> str:
        """The sentence that a user reads."""
        return message(self.key, language, **_spoken(self.values, language))

    def __str__(self) -> str:
        return self.text()


class MlqaError(_Said):
    """Base of all errors of ours; takes a key of the message catalogue and its values."""


class ConfigError(MlqaError):
    """A setting or the settings file is wrong."""


class CorpusError(MlqaError):
    """Documents that cannot be read."""


class GlossaryError(MlqaError):
    """A glossary that cannot be used."""


class FaqError(MlqaError):
    """A FAQ that cannot be used."""


class QuestionError(MlqaError):
    """A question that cannot be asked."""


class BatchError(MlqaError):
    """A line of a batch file that is not a request."""


class IndexProblem(MlqaError):  # noqa: N818 - IndexError is a builtin
    """An index that cannot be used."""


class IndexMissing(IndexProblem):
    """There is no index where one was looked for."""


class IndexDamaged(IndexProblem):
    """The files of the index are not what was written."""


class IndexMismatch(IndexProblem):
    """The index was made by another schema, analyser or embedder."""


class StorageError(MlqaError):
    """A folder that cannot be written, a full disk."""


class KnowledgeError(MlqaError):
    """A knowledge base that cannot be made, changed or built."""


class ConversationError(MlqaError):
    """A saved conversation that is not there, or cannot be called so."""


class ModelError(MlqaError):
    """A model that cannot be found, loaded or run."""


class GoldError(MlqaError):
    """A gold set that cannot be used."""


class DatasetError(MlqaError):
    """A data set of others that cannot be used."""


class RunError(MlqaError):
    """A run of an evaluation that cannot be kept, read or compared."""


class ToolError(MlqaError):
    """A tool that cannot be run, or did not come to its end."""


class UnknownTool(ToolError):  # noqa: N818 - says more than UnknownToolError
    """There is no tool of that name."""


class ToolArgumentError(ToolError):
    """An argument of a tool is missing, unknown or outside its limits."""


class ToolTimeout(ToolError):  # noqa: N818 - the same
    """A tool took longer than it may and was ended."""


class ToolOutOfMemory(ToolError):  # noqa: N818 - the same
    """A tool took more memory than it may and was ended."""


class ToolCancelled(ToolError):  # noqa: N818 - the same
    """Whoever asked for a run of a tool does not want it any more."""


class ToolCrashed(ToolError):  # noqa: N818 - the same
    """A tool failed, or its process ended before it was done."""


class ToolDefinitionError(ToolError):
    """A function that cannot become a tool."""


class MlqaWarning(_Said, UserWarning):
    """Base of all warnings of ours: something works, but not as a user would expect."""
