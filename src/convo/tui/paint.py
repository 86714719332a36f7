"""Widgets that paint styled lines: roles become colours here, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import category

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from convo.text import one_line
from convo.tui import cells
from convo.tui.lines import EMPTY, GROUNDS, ROLES, Line, Span

if TYPE_CHECKING:
    from rich.color import Color as RichColor

    Base = Widget
else:
    Base = object

VARIABLES = {
    **dict(
        zip(
            ROLES,
            ("foreground", "text-muted", "primary", "warning", "accent", "success", "error"),
            strict=True,
        )
    ),
    **dict(zip(GROUNDS, ("background", "block-cursor-blurred-background", "panel", "surface"), strict=True)),
}
"""The colour of the theme for each role and ground. As component classes they would cost a twentieth of the start."""


def harmless(text: str) -> str:
    """Text of one line without controls, which drive the terminal; the last guard before it, nothing should need it."""
    return one_line(text) if any(category(sign) in ("Cc", "Cs") for sign in text) else text


class Palette(Base):
    """The screen's colours for roles and grounds, once for all its widgets."""

    ascii_glyphs: bool = False
    _styles: dict[tuple[str, bool, bool, str], Style]
    _plain: dict[tuple[tuple[Span, ...], str, int], Strip]

    def notify_style_update(self) -> None:
        """Colours changed."""
        self._styles, self._plain = {}, {}
        super().notify_style_update()

    @property
    def plain(self) -> dict[tuple[tuple[Span, ...], str, int], Strip]:
        """Strips of lines of one span or none, which come by the dozen: a strip remembers how it was cut."""
        kept: dict[tuple[tuple[Span, ...], str, int], Strip] = self.__dict__.setdefault("_plain", {})
        if len(kept) > 500:
            kept.clear()
        return kept

    def ink(self, role: str, bold: bool, underline: bool, ground: str) -> Style:
        """The terminal style of a span on a ground."""
        key = (role, bold, underline, ground)
        cache: dict[tuple[str, bool, bool, str], Style] = self.__dict__.setdefault("_styles", {})
        if key not in cache:
            cache[key] = self._made(*key)
        return cache[key]

    def _made(self, role: str, bold: bool, underline: bool, ground: str) -> Style:
        theme = self.app.current_theme
        if theme.ansi:
            bold = bold or (role == "waits" and not theme.dark)
        dim = (theme.ansi and role == "muted") or None
        colour, under = self._colour(role), self._colour(ground)
        return Style(color=colour, bgcolor=under, bold=bold or None, underline=underline or None, dim=dim)

    def _colour(self, name: str) -> RichColor:
        """A role's or ground's colour in this theme, on the background where one sees through it."""
        variables = self.app.theme_variables
        base = Color.parse(variables["background"])
        word, _, part = variables[VARIABLES[name]].partition(
            " "
        )  # such as "auto 60%": light on dark, dark on light
        alpha = float(part.strip(" %") or 100) / 100
        colour = base.get_contrast_text(alpha) if word == "auto" else Color.parse(word).multiply_alpha(alpha)
        return (colour if colour.a == 1 else base + colour).rich_color


class Inked(Base):
    """Turns lines into strips with the colours of the screen; such a widget has no border, no padding, no opacity."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are painted: Textual's own way goes through the styles that none of them has, twice."""
        if not self.is_attached:  # taken away since the screen was laid out
            return [Strip.blank(crop.width)] * crop.height
        strips = [self.render_line(y) for y in crop.line_range]
        if filters := self.get_line_filters():
            _, background = self.background_colors
            for each in filters:
                strips = [strip.apply_filter(each, background) for strip in strips]
        left, right = crop.column_span
        if (left, right) != (0, self.size.width):
            strips = [strip.crop(left, right) for strip in strips]
        return strips

    def strip_of(self, painted: Line, size: int) -> Strip:
        """A line as a strip of exactly `size` cells."""
        palette = self.screen
        assert isinstance(palette, Palette)
        if len(painted.spans) > 1:
            return _strip(palette, painted, size)
        key = (painted.spans, painted.ground, size)
        kept = palette.plain
        if key not in kept:
            kept[key] = _strip(palette, painted, size)
        return kept[key]


def _strip(palette: Palette, painted: Line, size: int) -> Strip:
    segments = []
    for text, role, bold, underline, mark, target, ground in painted.spans:
        if not text.isprintable():
            text = harmless(text)
        if palette.ascii_glyphs:
            text = cells.ascii_marks(text) if mark else text.replace("…", "~")
        style = palette.ink(role, bold, underline, ground or painted.ground)
        if target:
            style += Style.from_meta({"target": target})
        segments.append(Segment(text, style))
    return Strip(segments).adjust_cell_length(size, palette.ink("text", False, False, painted.ground))


class Scrolled(Inked, ScrollView):
    """Lines that scroll, without a bar: however many there are, nothing else on the screen moves."""

    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)

    @property
    def allow_vertical_scroll(self) -> bool:
        """The wheel scrolls them, though no bar shows it."""
        return True


class Painted(Inked, Widget):
    """A fixed piece of the screen made of lines; a click on a span with a target says so."""

    ALLOW_SELECT = False
    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)
    """It follows from the height, for which the screen was laid out just then; Textual would lay it out once more."""

    class Clicked(Message):
        """A span with a target was clicked."""

        def __init__(self, source: Painted, target: str, line: int) -> None:
            super().__init__()
            self.source = source
            self.target = target
            self.line = line

    def __init__(self, *, id: str | None = None, classes: str | None = None, ground: str = "base") -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.lines: list[Line] = []
        self.ground = ground

    def show(self, lines: Sequence[Line]) -> None:
        """Paint these lines; what has not changed costs nothing."""
        new = list(lines)
        if new == self.lines:
            return
        taller = len(new) != len(self.lines)
        self.lines = new
        self.refresh(layout=taller and self.styles.auto_dimensions)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as its lines."""
        return len(self.lines)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its longest line."""
        return max((painted.width for painted in self.lines), default=0)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        painted = self.lines[y] if y < len(self.lines) else EMPTY.on(self.ground)
        return self.strip_of(painted, self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Say which target was hit."""
        target = event.style.meta.get("target", "")
        self.post_message(self.Clicked(self, target, event.y))
