"""Changes to a question, made one after the other, and what they come to in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlqa.schema import Repair


class Edit(NamedTuple):
    """What is to stand in the place of a stretch of a text.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last character.
        text: What takes its place.
    """

    start: int
    end: int
    text: str


class _Change(NamedTuple):
    """A stretch of the first text, and the stretch of the last one that stands for it."""

    from_start: int
    from_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A question as typed, and as it reads after some changes.

    Attributes:
        typed: As typed.
        text: After all changes.
        changes: What was changed, in order.
    """

    typed: str
    text: str
    changes: tuple[_Change, ...] = ()

    def with_edits(self, edits: Sequence[Edit]) -> Mended:
        """The question after more changes.

        Args:
            edits: Changes to ``text``, without overlaps.
        """
        mended = self
        for edit in sorted(edits, reverse=True):
            mended = mended._with_edit(edit)
        return mended

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What was written and what it was taken for, in order."""
        pairs = (
            Repair(self.typed[c.from_start : c.from_end], self.text[c.start : c.end].strip())
            for c in self.changes
        )
        return tuple(pair for pair in pairs if pair.written != pair.taken_for)

    def _with_edit(self, edit: Edit) -> Mended:
        within = [c for c in self.changes if c.start < edit.end and edit.start < c.end]
        start = min([edit.start, *(c.start for c in within)])
        end = max([edit.end, *(c.end for c in within)])
        grown = len(edit.text) - (edit.end - edit.start)
        before = [c for c in self.changes if c.end <= start and c not in within]
        after = [c for c in self.changes if c.start >= end and c not in within]
        moved = [c._replace(start=c.start + grown, end=c.end + grown) for c in after]
        change = _Change(self._typed_at(start), self._typed_at(end), start, end + grown)
        text = self.text[: edit.start] + edit.text + self.text[edit.end :]
        return Mended(self.typed, text, (*before, change, *moved))

    def _typed_at(self, offset: int) -> int:
        """Where an offset of ``text`` that lies inside no change is in ``typed``."""
        for change in reversed(self.changes):
            if change.end <= offset:
                return offset - change.end + change.from_end
        return offset
