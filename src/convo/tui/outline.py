"""Which messages of a conversation stand open, and which are folded under one line."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from convo.tui.entries import Fold
from convo.views import Entry


def outline(
    entries: Sequence[Entry], target: Entry | None, opened: Collection[str], stood: Collection[int] = ()
) -> list[Entry | Fold]:
    """The branch to `target`, all that waits, is new or `stood` open, with the answers to it; the rest folded.

    `opened` are the keys of open folds.
    """
    shown = standing(entries, target).union(stood)
    answered = {entry.uri for entry in entries if entry.message_id in shown}
    shown |= {entry.message_id for entry in entries if entry.author.is_me and entry.parent_uri in answered}
    items: list[Entry | Fold] = []
    hidden: list[Entry] = []

    def close(where: str) -> None:
        if not hidden:
            return
        fold = Fold(f"{where}:{hidden[0].message_id}", tuple(hidden), where)
        if fold.key in opened or len(entries) <= 2:
            items.extend(hidden)
        else:
            items.append(fold)
        hidden.clear()

    started = False
    for entry in entries:
        if entry.message_id in shown:
            close("between" if started else "earlier")
            started = True
            items.append(entry)
        else:
            hidden.append(entry)
    close("later" if started else "earlier")
    return items


def tucked(items: Sequence[Entry | Fold], ids: Collection[int]) -> list[Entry | Fold]:
    """The same with these messages folded as "new", each run of them under one line."""
    if not ids:
        return list(items)
    found: list[Entry | Fold] = []
    for item in items:
        if isinstance(item, Fold) or item.message_id not in ids:
            found.append(item)
            continue
        last = found[-1] if found else None
        run = last.entries if isinstance(last, Fold) and last.where == "new" else ()
        if run:
            found.pop()
        run = (*run, item)
        found.append(Fold(f"new:{run[0].message_id}", run, "new"))
    return found


def standing(entries: Sequence[Entry], target: Entry | None) -> set[int]:
    """The messages that stand open by themselves."""
    if target is None:
        return {entry.message_id for entry in entries}
    by_uri = {entry.uri: entry for entry in entries}
    shown = {entry.message_id for entry in entries if entry.waiting or entry.new or entry.held}
    shown.add(target.message_id)
    path: list[Entry] = []
    seen = {target.message_id}
    above = by_uri.get(target.parent_uri)
    while above is not None and above.message_id not in seen:
        seen.add(above.message_id)
        path.append(above)
        if above.author.is_me:
            break
        above = by_uri.get(above.parent_uri)
    if path and path[-1].author.is_me:
        shown |= {entry.message_id for entry in path}
    else:
        shown |= {entry.message_id for entry in path[:1]}
        if not path:
            shown |= _before(entries, target)
    shown |= _below(entries, target)
    return shown


def _before(entries: Sequence[Entry], target: Entry) -> set[int]:
    """In a place without a tree: the user's last own words before the target, and what follows them."""
    place = next((n for n, entry in enumerate(entries) if entry.message_id == target.message_id), 0)
    start = place
    for n in range(place - 1, max(place - 12, -1), -1):
        start = n
        if entries[n].author.is_me:
            break
    return {entry.message_id for entry in entries[start:place]}


def _below(entries: Sequence[Entry], target: Entry) -> set[int]:
    """What was said under the target, however deep."""
    inside = {target.uri}
    found = set()
    for entry in entries:
        if entry.parent_uri in inside:
            inside.add(entry.uri)
            found.add(entry.message_id)
    return found
