"""The guided set-up: choose where people talk to you, sign in by the platform's own flow. Also signs in again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.worker import Worker

from convo.tui import setup_lines
from convo.tui.fields import Address, FieldBox
from convo.tui.outside import safe_address
from convo.tui.paint import Painted, Palette
from convo.tui.router import key_name
from convo.tui.signing import Run, SignIn
from convo.values import frozen

if TYPE_CHECKING:
    from convo.engine.login import LoginOutcome, LoginStep, Offer

NARROWEST, LOWEST = 40, 12
TOO_SMALL = "convo needs a window of 40 by 12. What you typed is kept."


@frozen
class Parts:
    """What the set-up works with; `again` is the account to sign in to, "" to choose a platform."""

    offers: Sequence[Offer]
    run: Run
    keeps_in: Callable[[], Awaitable[str]]
    copy: Callable[[str], None]
    path: str = ""
    again: str = ""
    platform: str = ""
    first: bool = True
    stored: bool = False
    many: bool = False
    browser: bool = True
    ascii_glyphs: bool = False


@frozen
class Ended:
    """How the set-up ended: "account" (signed in), "demo", "stored" or "back"."""

    how: str
    name: str = ""
    words: str = ""


class SetupScreen(Palette, Screen[Ended]):
    """Two steps, and Esc goes back one. Nothing is written before the sign-in has worked."""

    BINDINGS = []  # noqa: RUF012
    AUTO_FOCUS = ""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.ascii_glyphs = parts.ascii_glyphs
        self.asking_many = parts.many
        self.everything = False
        self.index = 0
        self.sign_in: SignIn | None = None
        self.label = ""
        self.kept_in = ""
        self.words, self.trouble = "", False
        self.refused = ""
        self.step: LoginStep | None = None
        self._work: Worker[None] | None = None
        self._top = Painted(id="setup-top", ground="edge")
        self._body = VerticalScroll(id="setup-body", can_focus=False)
        self._choices = Painted(id="setup-choices")
        self._status = Painted(id="setup-status", ground="field")
        self._keys = Painted(id="setup-keys", ground="edge")

    def compose(self) -> ComposeResult:
        """Bars, and what the step needs between them."""
        yield self._top
        with self._body:
            yield self._choices
        yield self._status
        yield self._keys

    def on_mount(self) -> None:
        """Choose, or sign in again at once."""
        self.run_worker(self._find_keyring(), group="keyring")
        if self.parts.again:
            self._sign_in_to(self.parts.platform)
        self.draw()

    async def _find_keyring(self) -> None:
        self.kept_in = await self.parts.keeps_in()
        self.draw()

    def on_resize(self) -> None:
        """Another size."""
        self.draw()

    # choosing

    @property
    def options(self) -> list[setup_lines.Option]:
        """What can be chosen now."""
        parts = self.parts
        return setup_lines.options(parts.offers, self.everything, parts.first, parts.stored)

    def choose(self, target: str) -> None:
        """Take one of the choices."""
        if target == setup_lines.MORE:
            self.everything = True
            self.draw()
        elif target in (setup_lines.DEMO, setup_lines.STORED):
            self.dismiss(Ended(target))
        else:
            self._sign_in_to(target.partition(" ")[2])

    def _sign_in_to(self, platform: str) -> None:
        from convo.engine.login import Wish

        offer = next((one for one in self.parts.offers if one.platform == platform), None)
        self.label = offer.label if offer else platform
        wish = Wish(self.parts.again, platform, either=True)
        self.sign_in = SignIn(self.parts.run, wish, self)
        self.sign_in.begin()

    # what the sign-in asks of its view

    async def show_step(self, step: LoginStep, typed: Mapping[str, str], refused: str = "") -> None:
        """The fields of a step, with what was typed into them before, or why they are asked for once more."""
        self.step, self.refused = step, refused
        await self._body.query("FieldBox, .setup-words, Address").remove()
        fields = [
            FieldBox(field.name, field.label, field.help, typed.get(field.name, ""), field.secret, self.ascii_glyphs)
            for field in step.fields
        ]  # fmt: skip
        address = step.elsewhere if step.elsewhere and step.fields else step.open_url
        head, foot = Painted(classes="setup-words head"), Painted(classes="setup-words foot")
        below = Painted(classes="setup-words refused")
        page = [Painted(classes="setup-words before"), Address(address), Painted(classes="setup-words after")]
        await self._body.mount(head, *(page if address else []), *fields, below, foot)
        self.draw()
        empty = [box for box in fields if not box.value] or fields
        self.set_focus(empty[0].field if empty else None)
        if step.wait_for_redirect and self.parts.browser and not refused and safe_address(step.open_url):
            self.app.open_url(step.open_url)

    def show_refusal(self, words: str) -> None:
        """What was refused; the fields stay as they are."""
        self.refused = words
        if words and self.step is None:  # refused before anything was asked
            self.words, self.trouble = words, True
            self.sign_in = None
        self.draw()

    def show_busy(self, on: bool) -> None:
        """The platform is asked, or has answered."""
        self.words, self.trouble = (f"Asking {self.label} …" if on else ""), False
        self.draw()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Sign in behind the screen."""
        self._work = self.run_worker(work, group="login", exclusive=True)

    def give_up(self) -> None:
        """Stop signing in."""
        if self._work is not None:
            self._work.cancel()

    def signed_in(self, outcome: LoginOutcome) -> None:
        """The account is in the config: on to who waits."""
        kept = f"Its key is in {outcome.kept_in}." if outcome.kept_in else "It needs no key."
        words = f"{outcome.name} is {outcome.handle}. {kept}"
        self.dismiss(Ended("account", outcome.name, words))

    # keys

    async def press(self, event: events.Key) -> bool:
        """Take a key; False leaves it to the text field with the focus."""
        key = key_name(event)
        if key == "ctrl+q":
            self.give_up()
            self.app.exit()
        elif key == "ctrl+c":
            self._say("Ctrl+Q leaves.")
        elif key == "escape":
            await self._back()
        elif self.asking_many:
            if key == "enter":
                self.asking_many = False
                self.draw()
        elif self.sign_in is None:
            self._choosing(key)
        else:
            return self._filling(key)
        return True

    def _choosing(self, key: str) -> None:
        found = self.options
        self.index = min(self.index, len(found) - 1)
        if key in ("j", "down", "tab", "k", "up", "shift+tab"):
            step = 1 if key in ("j", "down", "tab") else -1
            self.index = max(0, min(self.index + step, len(found) - 1))
            self.draw()
        elif key in ("enter", "l", "right", "space"):
            self.choose(found[self.index].target)
        elif key in ("q", "h", "left"):
            self.dismiss(Ended("back"))
        elif key == "question_mark" or key == "?":
            self._say("j k choose, Enter goes on, Esc goes back, q leaves. Nothing is written yet.")

    def _filling(self, key: str) -> bool:
        if key in ("tab", "down"):
            self.focus_next("Field, Address")
        elif key in ("shift+tab", "up"):
            self.focus_previous("Field, Address")
        elif key == "ctrl+o" and self.step is not None and self.step.open_url:
            self._open(self.step.open_url)
        elif key == "ctrl+p":
            self._say("Enter goes on, Tab next field, Ctrl+O opens the page, Esc goes back, Ctrl+Q leaves.")
        elif isinstance(self.focused, Address):
            if key in ("enter", "y", "space"):
                self.parts.copy(self.focused.address)
                self._say("The address is copied.")
        elif key == "enter":
            self._go_on()
        else:
            return False
        return True

    def _go_on(self) -> None:
        """The next empty field, or the step is done."""
        boxes = list(self._body.query(FieldBox))
        at = next((place for place, box in enumerate(boxes) if box.field is self.focused), len(boxes))
        empty = [box for box in boxes[at + 1 :] if not box.value]
        if empty:
            self.set_focus(empty[0].field)
            return
        if self.sign_in is None or self.sign_in.busy:
            return
        typed = {box.field_name: box.value.strip() for box in boxes}
        if self.step is not None and self.step.elsewhere and not any(typed.values()):
            self._say("Say yes on the page, or type the code that it shows.")
            return
        self.sign_in.submit(typed)

    async def _back(self) -> None:
        if self.sign_in is not None and await self.sign_in.back():
            return
        if self.sign_in is None or self.parts.again:
            self.dismiss(Ended("back"))
            return
        self.sign_in = self.step = None
        self.words, self.refused = "", ""
        await self._body.query("FieldBox, .setup-words, Address").remove()
        self.set_focus(None)
        self.draw()

    def _open(self, address: str) -> None:
        if safe_address(address):
            self.app.open_url(address)
            self._say(f"Opening {address}")

    def _say(self, words: str) -> None:
        self.words, self.trouble = words, False
        self.draw()

    # painting

    def draw(self) -> None:
        """Paint what the step says for the present size."""
        from convo.tui.setup_paint import paint

        if self._body.is_attached and self._choices.is_attached and self.app.size.width > 0:
            paint(self)

    async def on_painted_clicked(self, event: Painted.Clicked) -> None:
        """A click on a choice takes it."""
        if event.target and self.sign_in is None and not self.asking_many:
            self.choose(event.target)
