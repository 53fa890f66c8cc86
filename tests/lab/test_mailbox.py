"""A mailbox holds a producer up before it holds too much."""

from __future__ import annotations

import asyncio

import pytest

from auditor.lab.mailbox import HELD_BYTES, RECEIVE_BYTES, Mailbox

PIECE = bytes(32 * 1024)


def waits(mailbox: Mailbox) -> bool:
    """Whether a producer would wait now."""

    async def roomy() -> None:
        await asyncio.wait_for(mailbox.roomy(), 0.01)

    try:
        asyncio.run(roomy())
    except TimeoutError:
        return True
    return False


def filled() -> Mailbox:
    mailbox = Mailbox()
    mailbox.put([PIECE] * (HELD_BYTES // len(PIECE)))
    return mailbox


def test_it_takes_what_it_may_hold() -> None:
    assert not waits(Mailbox())
    assert not waits(filled())


def test_a_producer_waits_until_somebody_takes() -> None:
    mailbox = filled()
    mailbox.put([PIECE])
    assert waits(mailbox)
    taken = asyncio.run(mailbox.take(1))
    assert taken is not None
    assert len(taken) == RECEIVE_BYTES // len(PIECE)
    assert not waits(mailbox)


@pytest.mark.parametrize("early", [True, False], ids=["finished before", "finished after"])
def test_nobody_waits_for_a_mailbox_that_is_finished(early: bool) -> None:
    mailbox = filled()
    if early:
        mailbox.finish()
    mailbox.put([PIECE])
    if not early:
        mailbox.finish()
    assert not waits(mailbox)
