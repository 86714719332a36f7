"""The one place where the labelled cases meet the rules of `convo`."""

from __future__ import annotations

from tests.labelled.cases import Case


def judge(case: Case) -> tuple[str, bool]:
    """Ask the rules of `convo` about one case: (why it is quiet, or ""; whether it sounds finished).

    To be filled in by the author of the rules, and by nobody who has read the kept half. It builds the values
    that the rules take (a `Message` by a `Person`, its parent, what is known of the person) and maps their
    answer to the reasons of `cases.REASONS`. It decides nothing itself: no word list, no threshold and no case
    id stands here, so that what is measured is the program. It never sees the label.

    - `quiet` is one of `cases.REASONS`, or "" when the message is to wait like any other.
    - `finished` is what the rules say about a message that answers the user's own words (`case.parent` is
      not None), False for all others. It is asked whether or not the message is quiet.

    Of the facts: the user is named in `case.mentions` too. `case.known` is "the user wrote first or answered".
    `case.held_by_platform` is "approval" for a comment that waits on the user's own site (`Message.held`),
    "request" or "filter" for a tray or a spam filter of the platform (`Message.filtered`).
    `case.carried_mentions` are names that the parent named already and that stand only in the leading run.
    `case.same_by_author` and `case.same_by_others` count other messages with this very text that the user has
    received in other conversations.
    """
    raise NotImplementedError("the author of the rules fills this in")
