"""Every error of ours, one tree.

    MlqaError                 anything that a user can mend; the command line exits with 1
    ├── ConfigError           a setting or the settings file is wrong
    ├── CorpusError           documents that cannot be read
    ├── GlossaryError         a glossary that cannot be used
    ├── QuestionError         a question that cannot be asked
    ├── BatchError            a line of a batch file that is not a request
    ├── IndexProblem          an index that cannot be used
    │   ├── IndexMissing      there is none
    │   ├── IndexDamaged      its files are not what was written
    │   └── IndexMismatch     it was made by another schema, analyser or embedder
    ├── StorageError          a folder that cannot be written, a full disk
    ├── ModelError            a model that cannot be found, loaded or run
    ├── GoldError             a gold set that cannot be used
    ├── DatasetError          a data set of others that cannot be used
    └── RunError              a run of an evaluation that cannot be kept, read or compared

An error carries a key of the message catalogue and the values of its placeholders, so that the
edge can say it in the user's language: what is wrong, which value, and what to do next.
"""

from __future__ import annotations

from mlqa.messages import Language, message


class _Said(Exception):  # noqa: N818 - what errors and warnings of ours have in common
    """What a user is told, by a sentence of the message catalogue.

    Args:
        key: Key of the sentence.
        **values: Values of its placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def text(self, language: Language = "ko") -> str:
        """The sentence that a user reads."""
        return message(self.key, language, **self.values)

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


class ModelError(MlqaError):
    """A model that cannot be found, loaded or run."""


class GoldError(MlqaError):
    """A gold set that cannot be used."""


class DatasetError(MlqaError):
    """A data set of others that cannot be used."""


class RunError(MlqaError):
    """A run of an evaluation that cannot be kept, read or compared."""


class MlqaWarning(_Said, UserWarning):
    """Base of all warnings of ours: something works, but not as a user would expect."""
