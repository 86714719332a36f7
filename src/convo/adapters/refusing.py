"""The verbs that not every platform has: each refuses with the sentence that `Can` holds, until an adapter has it."""

from __future__ import annotations

from convo.adapters.contract import Can, Refused, Verb
from convo.model import Message, Ref


class Refusing:
    """What an adapter inherits for the verbs it lacks: what it cannot do is said in one place, its `can`."""

    can: Can

    def demand(self, verb: Verb) -> None:
        """Raises Refused, with the account's own sentence, where the account cannot do this."""
        if verb not in self.can.verbs:
            raise Refused(self.can.refusals[verb])

    async def edit(self, ref: Ref, text: str) -> Message:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.EDIT])

    async def delete(self, ref: Ref) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.DELETE])

    async def mark_read(self, ref: Ref) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.MARK_READ])

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.MODERATE])

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.MUTE_THREAD])

    async def mute_person(self, uid: str, on: bool) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.MUTE_PERSON])

    async def block(self, uid: str, on: bool) -> None:
        """Not here. Raises Refused."""
        raise Refused(self.can.refusals[Verb.BLOCK])
