"""What X charges, and the month's ledger: nothing is asked for that could cost more than is left of the budget.

Prices are those of X's pricing page of 2026, in millionths of a dollar for each thing an answer brings. X charges for
the same thing once a day (UTC). What an answer would cost at most is set aside before it is asked for and put right
when it came; so two processes, or one that is killed, never spend more than the budget.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from convo.adapters._x_session import PERSON as PERSON
from convo.adapters._x_session import Kept, Session, turned
from convo.adapters.contract import Refused, RetryAt
from convo.config import AccountConfig

OWNED = 1_000
"""A post of one's own lists (mentions, own posts), where the app belongs to the account."""
READ = 5_000
"""Any other post."""
ANSWER = 10_000
"""An answer to somebody who named the user."""
WRITE = 15_000
"""Another post."""
LINK = 200_000
"""A post with an address in it."""
DELETE = 10_000
_AGAIN = timedelta(hours=1)
_MOST = Decimal(100_000)


def money(amount: int) -> str:
    """Millionths of a dollar as people write them, rounded up to the next tenth of a cent where it is little."""
    digits = 2 if amount % 10_000 == 0 else 3
    return f"${Decimal(amount) / 1_000_000:.{digits}f}"


def budget_of(account: AccountConfig) -> int:
    """The month's budget in millionths of a dollar. Raises Refused where the user set none, or no amount."""
    text = account.options.get("monthly_budget", "").strip().removeprefix("$").strip()
    place = f"[accounts.{account.name}] of the config"
    if not text:
        raise Refused(
            f"X charges for every call (convo doctor shows the prices), so {account.name} is off until you set a "
            f'budget in dollars: put  monthly_budget = "5"  under {place}.'
        )
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 < amount <= _MOST:
        raise Refused(
            f'monthly_budget under {place} must be an amount of dollars, such as "5"; {account.name} is off.'
        )
    return int(amount * 1_000_000)


def next_month(now: datetime) -> datetime:
    """When the budget begins anew."""
    days = calendar.monthrange(now.year, now.month)[1]
    first = datetime(now.year, now.month, 1, tzinfo=timezone.utc)
    return first + timedelta(days=days)


class OverBudget(RetryAt):
    """The next call could pass the budget; nothing was asked."""


class Ledger:
    """What may still be spent this month, and what was."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def budget(self) -> int:
        """The month's budget. Raises Refused where there is none."""
        return budget_of(self._session.account)

    @property
    def owned(self) -> int:
        """The price of one's own lists: dearer where the app belongs to another account."""
        return (
            READ
            if self._session.account.options.get("own_app", "").strip().lower() in ("no", "false")
            else OWNED
        )

    async def spent(self) -> int:
        """What was counted this month."""

        def look(state: Kept) -> int:
            turned(state, self._session.now())
            return state.spent

        return await self._session.change(look)

    async def set_aside(self, prices: Sequence[int], *, least: int = 1, write: bool = False) -> int:
        """Set aside what one more of these things after another would cost; gives for how many it is enough.

        Raises OverBudget (for what is sent Refused) where it is not enough for `least` of them.
        """
        budget, now = self.budget, self._session.now()

        def aside(state: Kept) -> int:
            turned(state, now)
            count = total = 0
            for price in prices:
                if state.spent + total + price > budget:
                    break
                count, total = count + 1, total + price
            if count < least:
                raise self._over(state.spent, sum(prices[:least]), now, write)
            state.spent += total
            return count

        return await self._session.change(aside)

    async def settle(self, aside: int, things: Collection[tuple[str, int]], fixed: int = 0) -> None:
        """Put right what was set aside: count what came, each thing once a day, and what has a fixed price."""
        now = self._session.now()

        def right(state: Kept) -> None:
            month = state.month
            turned(state, now)
            if state.month == month:
                state.spent = max(0, state.spent - aside)
            known = set(state.billed)
            for name, price in things:
                if name not in known:
                    known.add(name)
                    state.billed.append(name)
                    state.spent += price
            state.spent += fixed

        await self._session.change(right)

    def _over(self, spent: int, wanted: int, now: datetime, write: bool) -> Exception:
        begin = next_month(now)
        words = (
            f"The budget of {money(self.budget)} for X is used up this month: {money(spent)} were counted, and the "
            f"next call may cost {money(wanted)}; convo goes on in {begin:%B}, or when you raise monthly_budget."
        )
        return Refused(words) if write else OverBudget(words, min(begin, now + _AGAIN))
