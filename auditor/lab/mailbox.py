"""What a host has to say, and how it hands it out to Receives."""

from __future__ import annotations

import asyncio
from collections import deque

RECEIVE_BYTES = 128 * 1024
HELD_BYTES = 4 * 1024 * 1024


class Mailbox:
    """Fragments that wait for a Receive, in batches that are never sent together."""

    def __init__(self) -> None:
        self._batches: deque[deque[bytes]] = deque()
        self._changed = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._held = 0
        self._roomy = asyncio.Event()
        self._roomy.set()
        self.done = False

    def put(self, fragments: list[bytes], *, apart: bool = False) -> None:
        """Add fragments; `apart` begins a new batch, which takes a Receive of its own."""
        if apart or not self._batches:
            self._batches.append(deque())
        self._batches[-1].extend(fragments)
        self._held += sum(map(len, fragments))
        if self._held > HELD_BYTES and not self.done:
            self._roomy.clear()
        self._emptied.clear()
        self._changed.set()

    def finish(self) -> None:
        """Nothing more will come."""
        self.done = True
        self._changed.set()
        self._roomy.set()

    @property
    def empty(self) -> bool:
        return not self._batches

    async def emptied(self) -> None:
        """Wait until everything was taken."""
        await self._emptied.wait()

    async def roomy(self) -> None:
        """Wait until few enough bytes are held that more may be put."""
        await self._roomy.wait()

    async def take(self, seconds: float) -> list[bytes] | None:
        """What one Receive gets, about 128 KiB at most; None where nothing came in time."""
        try:
            async with asyncio.timeout(seconds):
                while self.empty and not self.done:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        if self.empty:
            return []
        batch = self._batches[0]
        taken: list[bytes] = []
        size = 0
        while batch and size < RECEIVE_BYTES:
            taken.append(batch.popleft())
            size += len(taken[-1])
        self._held -= size
        if self._held <= HELD_BYTES:
            self._roomy.set()
        if not batch:
            self._batches.popleft()
        if self.empty:
            self._emptied.set()
        return taken
