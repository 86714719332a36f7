"""The two themes of convo, and the sixteen colours of terminals that have no more."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.theme import BUILTIN_THEMES, Theme

if TYPE_CHECKING:
    from textual.app import App

_CURSOR = "cursor"

PALETTES: dict[str, dict[str, str]] = {
    "convo-dark": {
        "foreground": "#ece5da",
        "text-muted": "#b3a798",
        "primary": "#7fb0ea",
        "warning": "#f7c35c",
        "accent": "#ecd5f0",
        "success": "#9be8c4",
        "error": "#f0806e",
        "background": "#1c1917",
        "surface": "#24201d",
        "panel": "#312b27",
        _CURSOR: "#3a322b",
    },
    "convo-light": {
        "foreground": "#2b2521",
        "text-muted": "#61574c",
        "primary": "#1461bd",
        "warning": "#875700",
        "accent": "#641a6e",
        "success": "#155347",
        "error": "#7d1006",
        "background": "#fbf7f0",
        "surface": "#f4eee4",
        "panel": "#ece4d8",
        _CURSOR: "#e9decb",
    },
}
"""Every colour of the themes; a test computes their contrast and how far apart the hues stand."""

GREYS: dict[str, dict[str, str]] = {
    "convo-dark": {"foreground": "#ebebeb", "text-muted": "#b2b2b2"},
    "convo-light": {"surface": "#f3f3f3", "panel": "#ebebeb", _CURSOR: "#ebebeb"},
}
"""With 256 colours the warm greys would be rounded to pink, olive and yellow; these are rounded to greys."""


def _true_colour(name: str, dark: bool, greys: bool = False) -> Theme:
    colours = {**PALETTES[name], **(GREYS[name] if greys else {})}
    return Theme(
        name=name,
        primary=colours["primary"],
        secondary=colours["primary"],
        warning=colours["warning"],
        error=colours["error"],
        success=colours["success"],
        accent=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        dark=dark,
        text_alpha=1.0,
        variables={
            "text-muted": colours["text-muted"],
            "block-cursor-background": colours[_CURSOR],
            "block-cursor-foreground": colours["foreground"],
            "block-cursor-blurred-background": colours[_CURSOR],
            "block-cursor-blurred-foreground": colours["foreground"],
            "border": colours["primary"],
            "border-blurred": colours["panel"],
            "scrollbar": colours["panel"],
            "scrollbar-background": colours["background"],
            "scrollbar-corner-color": colours["background"],
            "scrollbar-hover": colours["text-muted"],
            "scrollbar-active": colours["text-muted"],
        },
    )


_TERMINAL_COLOURS = {
    True: {
        "primary": "ansi_bright_cyan",
        "secondary": "ansi_bright_cyan",
        "warning": "ansi_bright_yellow",
        "accent": "ansi_bright_magenta",
        "success": "ansi_bright_green",
        "error": "ansi_bright_red",
    },
    False: {
        "primary": "ansi_blue",
        "secondary": "ansi_blue",
        "warning": "ansi_default",
        "accent": "ansi_magenta",
        "success": "ansi_default",
        "error": "ansi_red",
    },
}


def _terminal(name: str, dark: bool) -> Theme:
    """A theme in the terminal's own colours, from the variables of Textual's, so that none is missing."""
    base = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"]
    variables = {
        **base.variables,
        "text-muted": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-foreground": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
    }
    colours = _TERMINAL_COLOURS[dark]
    return replace(
        base,
        name=name,
        variables=variables,
        primary=colours["primary"],
        secondary=colours["secondary"],
        warning=colours["warning"],
        accent=colours["accent"],
        success=colours["success"],
        error=colours["error"],
    )


def themes(colours: str | None = "truecolor") -> tuple[Theme, ...]:
    """The themes that come with convo, for what the terminal has ("truecolor", "256" ... None)."""
    greys = colours == "256"
    return (
        _true_colour("convo-dark", True, greys),
        _true_colour("convo-light", False, greys),
        _terminal("terminal", True),
        _terminal("terminal-light", False),
    )


def _on_light(environment: Mapping[str, str]) -> bool:
    """Whether the terminal says that its background is light (COLORFGBG, "0;15")."""
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")


def choose(wanted: str, colours: str | None, environment: Mapping[str, str] | None = None) -> str:
    """The name of the theme to start with; `colours` is what the terminal has ("truecolor" ... None).

    NO_COLOR and terminals of sixteen colours or fewer get the terminal's own.
    """
    environment = os.environ if environment is None else environment
    light = _on_light(environment)
    own = "terminal-light" if light else "terminal"
    if "NO_COLOR" in environment or wanted == "terminal":
        return own
    if wanted:
        return wanted
    if colours in (None, "standard"):
        return own
    return "convo-light" if light else "convo-dark"


def install(app: App[Any], wanted: str) -> str:
    """Give an app convo's themes and put on the wanted one; gives what to say where there is none as wanted."""
    for one in themes(app.console.color_system):
        app.register_theme(one)
    environment = dict(os.environ, **({"NO_COLOR": "1"} if app.no_color else {}))  # Textual takes it out
    name, words = choose(wanted, app.console.color_system, environment), ""
    if name not in app.available_themes:
        words = f'There is no theme "{wanted}". convo-dark, convo-light and terminal come with convo.'
        name = choose("", app.console.color_system, environment)
    _put_on(app, name)
    return words


def _put_on(app: App[Any], name: str) -> None:
    """The theme an app starts with. Assigning it would have all styles parsed and applied once more at the start."""
    theme = app.available_themes[name]
    if theme.ansi:
        app.theme = name
        return
    app.set_reactive(type(app).theme, name)
    app.update_classes({"-dark-mode": theme.dark, "-light-mode": not theme.dark, f"-theme-{name}": True})
    app.stylesheet.set_variables(app.get_css_variables())


def ascii_glyphs(wanted: str, environment: Mapping[str, str] | None = None, encoding: str = "utf-8") -> bool:
    """Whether marks and boxes are drawn in ascii."""
    environment = os.environ if environment is None else environment
    if wanted:
        return wanted == "ascii"
    return environment.get("TERM") == "linux" or encoding.replace("-", "").lower() != "utf8"
