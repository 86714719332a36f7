"""The colours of SCREENS.md section 3: contrast, distance of the hues, and what terminals with few colours get."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.color import Color, ColorSystem
from textual.theme import BUILTIN_THEMES

from convo.config import Config, LookConfig
from convo.tui.theme import GREYS, PALETTES, ascii_glyphs, choose, themes
from tests.tui.colours import SIGHTS, contrast, distance, linear, seen
from tests.tui.play import USUAL, inbox

GROUNDS = ("background", "surface", "panel", "cursor")
HUES = ("primary", "warning", "accent", "success", "error")
SMALLEST = {"convo-dark": 12.3, "convo-light": 11.7}


@pytest.mark.parametrize("name", PALETTES)
def test_every_text_colour_stands_out_on_every_ground(name: str) -> None:
    colours = PALETTES[name]
    for text in set(colours) - set(GROUNDS):
        for ground in GROUNDS:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_contrast_is_the_one_of_the_table() -> None:
    dark = PALETTES["convo-dark"]
    found = [int(contrast(dark["foreground"], dark[ground]) * 100) / 100 for ground in GROUNDS]
    assert found == [13.97, 12.91, 11.15, 10.04]


@pytest.mark.parametrize("name", PALETTES)
def test_hues_stay_apart_for_every_sight(name: str) -> None:
    colours = PALETTES[name]
    found = [
        distance(seen(linear(colours[one]), sight), seen(linear(colours[other]), sight))
        for sight in SIGHTS
        for one, other in combinations(HUES, 2)
    ]
    assert min(found) >= 10
    assert round(min(found), 1) == SMALLEST[name]


def rounded(colour: str) -> str:
    """What a terminal of 256 colours shows."""
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


@pytest.mark.parametrize("name", PALETTES)
def test_greys_stay_grey_and_stand_out_in_256_colours(name: str) -> None:
    colours = {key: rounded(value) for key, value in {**PALETTES[name], **GREYS[name]}.items()}
    for key in ("foreground", "text-muted", *GROUNDS):
        red, green, blue = (colours[key][place : place + 2] for place in (1, 3, 5))
        assert red == green == blue, key
    for text in set(colours) - set(GROUNDS):
        for ground in GROUNDS:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_distance_is_ciede2000() -> None:
    """The first pair of the data of Sharma, Wu and Dalal, through our conversion: black and white are 100 apart."""
    assert round(distance((0, 0, 0), (1, 1, 1)), 3) == 100


@pytest.mark.parametrize("dark", [True, False])
def test_terminal_themes_have_every_variable_of_textuals_own(dark: bool) -> None:
    base = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"]
    own = next(theme for theme in themes() if theme.ansi and theme.dark is dark)
    assert set(own.variables) >= set(base.variables)
    generated = own.to_color_system().generate()
    assert set(generated) >= set(base.to_color_system().generate())
    assert generated["background"] == generated["block-cursor-blurred-background"] == "ansi_default"


def test_no_true_colour_in_the_terminal_themes() -> None:
    for theme in themes():
        if theme.ansi:
            assert not [
                value for value in theme.to_color_system().generate().values() if value.startswith("#")
            ]


@pytest.mark.parametrize(
    ("wanted", "colours", "environment", "name"),
    [
        ("", "truecolor", {}, "convo-dark"),
        ("", "256", {}, "convo-dark"),
        ("", "truecolor", {"COLORFGBG": "0;15"}, "convo-light"),
        ("", "standard", {}, "terminal"),
        ("", None, {}, "terminal"),
        ("convo-light", "truecolor", {}, "convo-light"),
        ("terminal", "truecolor", {"COLORFGBG": "0;15"}, "terminal-light"),
        ("convo-dark", "truecolor", {"NO_COLOR": "1"}, "terminal"),
    ],
)
def test_choice(wanted: str, colours: str | None, environment: dict[str, str], name: str) -> None:
    assert choose(wanted, colours, environment) == name


def test_ascii_marks_where_the_terminal_has_no_others() -> None:
    assert ascii_glyphs("", {"TERM": "linux"})
    assert ascii_glyphs("", {"TERM": "xterm"}, "iso-8859-1")
    assert not ascii_glyphs("", {"TERM": "xterm"}, "UTF-8")
    assert ascii_glyphs("ascii", {"TERM": "xterm"})
    assert not ascii_glyphs("unicode", {"TERM": "linux"})


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BUILTIN_THEMES, "convo-dark", "convo-light", "terminal"])
async def test_every_theme_by_its_name(name: str) -> None:
    async with inbox(config=Config(look=LookConfig(theme=name))) as play:
        assert play.app.theme == name
        assert "Ana Lind" in play.text
        assert "no theme" not in play.status
        muted = play.app.inbox.ink("muted", False, False, "base")
        if not play.app.current_theme.ansi:
            colours = [one.get_truecolor().hex for one in (muted.color, muted.bgcolor) if one]
            assert contrast(*colours) >= 3


@pytest.mark.parametrize("theme", ["terminal", "terminal-light"])
async def test_the_cursor_of_a_field_is_seen_on_any_ground(theme: str) -> None:
    async with inbox(USUAL) as play:
        play.app.theme = theme
        await play.press("slash")
        await play.type("house")
        assert play.app.inbox.search is not None
        field = play.app.inbox.search.field
        for style in (
            field.get_component_rich_style("input--cursor"),
            field.get_component_rich_style("input--selection"),
        ):
            assert style.reverse
            assert {one.name for one in (style.color, style.bgcolor) if one is not None} <= {"default"}
