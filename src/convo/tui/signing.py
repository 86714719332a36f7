"""One sign-in on the screen: the platform asks step by step; one can go back, and a refusal keeps what was typed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from convo.views import Failure

if TYPE_CHECKING:
    from convo.engine.login import Ask, LoginOutcome, LoginStep, Wish

Run = Callable[["Wish", "Ask"], Awaitable["LoginOutcome"]]


class View(Protocol):
    """What shows the steps of a sign-in."""

    async def show_step(self, step: LoginStep, typed: Mapping[str, str], refused: str = "") -> None:
        """Show a step with what was typed into it before; `refused` is why it is asked once more."""
        ...

    def show_refusal(self, words: str) -> None:
        """The step that is shown was refused; what was typed stays. "" takes the words away."""
        ...

    def show_busy(self, on: bool) -> None:
        """The platform is asked, or has answered."""
        ...

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin to sign in, behind the screen."""
        ...

    def give_up(self) -> None:
        """Stop what was started."""
        ...

    def signed_in(self, outcome: LoginOutcome) -> None:
        """The platform said yes, and the account is in the config."""
        ...


class SignIn:
    """Runs the platform's flow as often as it takes: what was typed is given again up to the step that is shown."""

    def __init__(self, run: Run, wish: Wish, view: View) -> None:
        self._run = run
        self._wish = wish
        self._view = view
        self._steps: list[LoginStep] = []
        self._typed: list[dict[str, str]] = []
        self._shown = -1
        self._given = 0
        """So many steps are answered without being shown again."""
        self._asked = 0
        self._answer: asyncio.Future[Mapping[str, str]] | None = None
        self._refused = ""
        """What to say below the page that is shown once more: its code was not taken, and it gives another."""
        self.busy = False

    def begin(self) -> None:
        """Start the flow from its first question."""
        self._asked = 0
        self._busy(True)
        self._view.start(self._whole())

    async def _whole(self) -> None:
        try:
            outcome = await self._run(self._wish, self._ask)
        except Failure as error:
            self._answer = None
            if self._page_again(error.words):
                self.begin()
                return
            self._busy(False)
            self._view.show_refusal(error.words)
        else:
            self._typed.clear()
            self._view.signed_in(outcome)

    def _page_again(self, words: str) -> bool:
        """Whether a page of the platform has to be shown once more: a code is good for the attempt it was made for."""
        if self._refused or self._shown < 0 or not self._steps[self._shown].wait_for_redirect:
            self._refused = ""
            return False
        self._typed[self._shown] = {}
        self._given = self._shown
        self._refused = f"{words.rstrip('.')}. Open the page once more for another code."
        return True

    async def _ask(self, step: LoginStep) -> Mapping[str, str]:
        place, self._asked = self._asked, self._asked + 1
        names = [field.name for field in step.fields]
        known = place < len(self._steps) and [field.name for field in self._steps[place].fields] == names
        if known and place < self._given and not step.wait_for_redirect:
            return self._typed[place]
        typed = dict(self._typed[place]) if known else {}
        self._steps[place:], self._typed[place:], self._shown = [step], [typed], place
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._busy(False)
        again, self._refused = self._refused, ""
        await self._view.show_step(step, typed, again)
        try:
            given: Mapping[str, str] = await answer
            return given
        except asyncio.CancelledError:
            if self._answer is answer:  # the browser came back: the platform is asked on
                self._busy(True)
            raise

    def submit(self, typed: Mapping[str, str]) -> None:
        """Answer the step that is shown; where the flow has ended, it runs again up to here and on."""
        if self.busy:
            return
        if self._shown >= 0:
            self._typed[self._shown] = dict(typed)
        self._given = self._shown + 1
        self._view.show_refusal("")
        if self._answer is not None and not self._answer.done():
            self._busy(True)
            self._answer.set_result(dict(typed))
        else:
            self.begin()

    async def back(self) -> bool:
        """Give up what the platform is being asked, else show the step before; False where there is none."""
        was_busy = self.busy and self._shown >= 0
        self._answer = None
        self._busy(False)
        self._view.give_up()
        if was_busy:
            return True
        if self._shown <= 0:
            return False
        self._shown -= 1
        await self._view.show_step(self._steps[self._shown], self._typed[self._shown])
        return True

    def _busy(self, on: bool) -> None:
        self.busy = on
        self._view.show_busy(on)
