"""Lines of plain text built from words, breaks, quotes, lists and code; what `convo.htmltext` writes into."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Container:
    """A quote or a list item: what its first line and its other lines begin with."""

    first: str
    others: str


@dataclass(slots=True)
class Lines:
    """Builds lines from words, breaks and containers."""

    lines: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    space: bool = False
    gap: int = 0
    """Line breaks wanted before the next word: 1 a new line, 2 a blank line between."""
    gap_depth: int = 0
    """How many containers the blank line lies in."""
    fresh: bool = False
    """The innermost container has no words yet: breaks before its first do not show."""

    def words(self, text: str) -> None:
        """Add running text, its white space collapsed."""
        words = text.split()
        if not words:
            self.space = self.space or bool(text and self.parts)
            return
        if not self.parts:
            self._settle()
        elif self.space or text[0].isspace():
            self.parts.append(" ")
        self.parts.append(" ".join(words))
        self.space = text[-1].isspace()

    def block(self, gap: int) -> None:
        """End the line; what follows begins `gap` lines further down."""
        if self.parts:
            self._end_line("".join(self.parts))
        self.space = False
        if gap > self.gap and not self.fresh:
            self.gap, self.gap_depth = gap, len(self.containers)

    def line_break(self) -> None:
        """A `<br>`: two of them make one blank line."""
        self.block(1 if self.parts else 2)

    def open(self, first: str, others: str, gap: int) -> None:
        """Begin a quote or a list item."""
        self.block(gap)
        self.containers.append(Container(first, others))
        self.fresh = True

    def close(self, gap: int) -> None:
        """End the innermost quote or list item."""
        self.fresh = False
        self.block(gap)
        self.containers.pop()
        self.gap_depth = min(self.gap_depth, len(self.containers))

    def code(self, text: str) -> None:
        """A block of code between lines of three backticks; its white space stays."""
        lines = text.expandtabs(4).strip("\r\n").splitlines()
        if not any(line.strip() for line in lines):
            return
        self.block(2)
        self._settle()
        self._end_line("```")
        for line in lines:
            self._end_line(f" {line}" if line.startswith("```") else line.rstrip())
        self._end_line("```")
        self.block(2)

    def text(self) -> str:
        """All of it."""
        self.block(0)
        return "\n".join(self.lines)

    def _settle(self) -> None:
        """Put the blank line that is due; only now, so that none stands at the beginning or the end."""
        if self.gap > 1 and self.lines:
            kept = self.containers[: self.gap_depth]
            self.lines.append("".join(container.others for container in kept).rstrip())
        self.gap, self.fresh = 0, False

    def _end_line(self, line: str) -> None:
        prefix = ""
        for container in self.containers:
            prefix += container.first
            container.first = container.others
        self.lines.append((prefix + line).rstrip())
        self.parts.clear()
