"""The large messages that a browser keeps for a few runs, so that the server need not send them again."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class KeptMessages:
    """Messages by their hash.

    Attributes
    ----------
    max_age : int
        Runs for which a message is kept without being used; the server says how many.
    """

    def __init__(self) -> None:
        self._messages: dict[str, tuple[ForwardMsg, int]] = {}
        self._n_runs = self.max_age = 0

    @property
    def hashes(self) -> list[str]:
        """What the server is told to send as references."""
        return list(self._messages)

    def resolve(self, message: ForwardMsg) -> ForwardMsg:
        """Give the message that a reference stands for, at the place of the reference; keep any other that is large."""
        if message.WhichOneof("type") != "ref_hash":
            if message.metadata.cacheable:
                self._messages[message.hash] = message, self._n_runs
            return message
        found = ForwardMsg()
        found.CopyFrom(self._messages[message.ref_hash][0])
        found.metadata.CopyFrom(message.metadata)
        self._messages[message.ref_hash] = found, self._n_runs
        return found

    def grow_old(self) -> None:
        """Note the end of a run, and drop what has not been used for too many."""
        self._n_runs += 1
        self._messages = {
            name: (message, used)
            for name, (message, used) in self._messages.items()
            if self._n_runs - used <= self.max_age
        }
