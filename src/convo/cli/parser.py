"""The words of the command line: one table of commands makes parser, help, completions and man page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from convo.adapters import ARCHIVES
from convo.values import frozen

VIEWS = (
    "waiting",
    "answered",
    "snoozed",
    "done",
    "muted",
    "quiet",
    "drafts",
    "outbox",
    "history",
    "all",
)


@frozen
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


def _arg(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


@frozen
class Command:
    """One command: its name, what it does in one line, its arguments, and the function that runs it."""

    name: str
    help: str
    handler: str
    """"module:function" below convo.cli, imported when the command runs."""
    arguments: tuple[Argument, ...] = ()


_THREADS = _arg("threads", nargs="+", metavar="THREAD", help="id, URI or web address of a conversation")

COMMANDS: tuple[Command, ...] = (
    Command(
        "sync",
        "fetch what is new, deliver the outbox, stop",
        "sync:sync",
        (_arg("names", nargs="*", metavar="ACCOUNT", help="only these accounts"),),
    ),
    Command(
        "list",
        "list conversations",
        "lists:list_threads",
        (
            _arg("--view", choices=VIEWS, default="waiting", help="which (default: waiting)"),
            _arg("--account", metavar="A", help="only what came through this account"),
            _arg("--limit", type=int, default=200, metavar="N", help="at most this many (default: 200)"),
            _arg("--before", default="", metavar="CURSOR", help="go on after this cursor"),
        ),
    ),
    Command(
        "show",
        "show one conversation",
        "lists:show",
        (_arg("thread", metavar="THREAD", help="id, URI or web address of a conversation or message"),),
    ),
    Command(
        "search",
        "search words; filters: from: to: in: account: is: has: before: after:",
        "lists:search",
        (
            _arg("words", nargs="+", metavar="WORDS", help="words, phrases in quotes, filters"),
            _arg("--limit", type=int, default=50, metavar="N", help="at most this many (default: 50)"),
        ),
    ),
    Command(
        "reply",
        "answer a message",
        "answer:reply",
        (
            _arg(
                "target",
                metavar="MESSAGE_OR_THREAD",
                help="a conversation means the newest message that waits",
            ),
            _arg("-m", dest="text", metavar="TEXT", help="the words; - reads standard input"),
            _arg(
                "--as",
                dest="account",
                metavar="ACCOUNT",
                help="the account to answer from, where several fit",
            ),
            _arg(
                "--visibility",
                choices=("public", "unlisted", "followers", "direct"),
                help="who may read it; wider than the message needs --yes",
            ),
            _arg("--cw", metavar="TEXT", help="the content warning"),
            _arg("--drop", action="append", default=[], metavar="HANDLE", help="do not address this person"),
            _arg("--attach", action="append", default=[], metavar="FILE", help="attach a file"),
            _arg(
                "--alt",
                action="append",
                default=[],
                metavar="TEXT",
                help="the description of the file before it",
            ),
            _arg("--hold", type=float, metavar="S", help="keep it back for this many seconds, 600 at most"),
            _arg("--yes", action="store_true", help="yes to what would be asked"),
        ),
    ),
    Command("done", "close conversations", "triage:done", (_THREADS,)),
    Command("mute", "never see these conversations again", "triage:mute", (_THREADS,)),
    Command("reopen", "take back done, snooze and mute", "triage:reopen", (_THREADS,)),
    Command("quiet", "put who waits into Quiet", "triage:quiet", (_THREADS,)),
    Command("unquiet", "bring who is in Quiet out of it, for good", "triage:unquiet", (_THREADS,)),
    Command(
        "snooze",
        "put conversations off",
        "triage:snooze",
        (
            _THREADS,
            _arg("--until", required=True, metavar="WHEN", help='3h, tomorrow, "fri 9:00", or reply'),
        ),
    ),
    Command("undo", "take the last change back", "triage:undo"),
    Command("redo", "do it again", "triage:redo"),
    Command(
        "edit",
        "change an answer of yours",
        "answer:edit",
        (
            _arg("message", metavar="MESSAGE", help="id, URI or web address"),
            _arg("-m", dest="text", metavar="TEXT", help="the new words; - reads standard input"),
        ),
    ),
    Command(
        "delete",
        "delete an answer of yours on its platform",
        "answer:delete",
        (
            _arg("message", metavar="MESSAGE", help="id, URI or web address"),
            _arg("--yes", action="store_true", help="do not ask"),
        ),
    ),
    Command(
        "moderate",
        "decide about a comment on your own site",
        "moderate:moderate",
        (
            _arg("decision", choices=("approve", "spam", "trash"), help="what becomes of it"),
            _arg("message", metavar="MESSAGE", help="id, URI or web address of the comment"),
        ),
    ),
    Command(
        "circle",
        "put a person into your circle, or out of it",
        "people:circle",
        (_arg("who", metavar="WHO", help="a handle"),),
    ),
    Command(
        "note",
        "read or write your note about a person",
        "people:note",
        (
            _arg("who", metavar="WHO", help="a handle"),
            _arg("-m", dest="text", metavar="TEXT", help="the note; - reads standard input"),
        ),
    ),
    Command(
        "mute-person",
        "hear nothing from a person any more, on all their accounts, here",
        "people:mute_person",
        (_arg("who", metavar="WHO", help="a handle"),),
    ),
    Command(
        "join",
        "say that two persons are one human",
        "people:join",
        (
            _arg("one", metavar="WHO", help="a handle"),
            _arg("other", metavar="WHO", help="a handle"),
            _arg("--never", action="store_true", help="they are not; do not ask again"),
        ),
    ),
    Command(
        "separate",
        "say that a person is somebody else than the one they are joined with",
        "people:separate",
        (
            _arg("one", metavar="WHO", help="the handle that goes"),
            _arg("other", metavar="WHO", help="a handle it is joined with"),
        ),
    ),
    Command(
        "people",
        "whom you have talked with: your turn, their turn, gone quiet",
        "people:people",
        (
            _arg("words", nargs="*", metavar="WORDS", help="only whose name or handle holds these words"),
            _arg("--turn", choices=("yours", "theirs", "quiet"), help="only one of the three"),
            _arg("--limit", type=int, default=200, metavar="N", help="at most this many (default: 200)"),
            _arg("--before", default="", metavar="CURSOR", help="go on after this cursor"),
            _arg(
                "--reach-out", action="store_true", help="whom of your circle you have not answered for long"
            ),
        ),
    ),
    Command(
        "person",
        "everything between you and one person",
        "people:person",
        (
            _arg("who", metavar="WHO", help="a handle"),
            _arg("--year", type=int, action="append", default=[], metavar="Y", help="unfold this year"),
            _arg("--limit", type=int, default=200, metavar="N", help="at most this many (default: 200)"),
            _arg("--before", default="", metavar="CURSOR", help="go on after this cursor"),
        ),
    ),
    Command("week", "a look back: whom you answered, who waits, what went on", "people:week"),
    Command(
        "outbox",
        "answers on their way; retry or cancel one",
        "answer:outbox",
        (
            _arg("action", nargs="?", choices=("retry", "cancel"), help="what to do with ID"),
            _arg("id", nargs="?", metavar="ID", help="an id of the outbox"),
        ),
    ),
    Command("accounts", "your accounts and how they are", "accounts:accounts"),
    Command(
        "login",
        "sign in to an account, and write it to the config",
        "accounts:login",
        (
            _arg("name", metavar="NAME", help="the account's name in the config"),
            _arg("--platform", metavar="P", help="its platform, where it is not in the config yet"),
            _arg("--url", metavar="U", help="its server"),
            _arg("--user", metavar="X", help="its user name or handle"),
            _arg("--no-browser", action="store_true", help="show the address instead of opening it"),
            _arg("--keep-in", choices=("keyring", "file"), help="where the secret goes"),
        ),
    ),
    Command(
        "logout",
        "forget the secret of an account",
        "accounts:logout",
        (_arg("name", metavar="NAME", help="the account's name in the config"),),
    ),
    Command(
        "doctor",
        "check config, secrets, every account and the store",
        "doctor:doctor",
        (
            _arg(
                "--repair", action="store_true", help="first make a damaged store anew from what can be read"
            ),
        ),
    ),
    Command(
        "export",
        "write your state and your history to a file of JSON lines",
        "transfer:export",
        (
            _arg("file", metavar="FILE", help="a file that is not there yet, or with --force any"),
            _arg("--force", action="store_true", help="replace a file that is there"),
        ),
    ),
    Command(
        "import",
        "merge a file that convo export wrote, a backup, or an archive of a place that is gone",
        "transfer:bring_in",
        (
            _arg("file", metavar="FILE", help="the file, or an archive's folder"),
            _arg("--from", dest="kind", choices=tuple(ARCHIVES), help="what kind of archive it is"),
        ),
    ),
)
"""Every command. Each also takes --json and the global options."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where help is."""

    def error(self, message: str) -> NoReturn:
        from convo.text import one_line  # what cannot be understood may come from anywhere

        self.exit(2, f"{self.prog}: {one_line(message)}. See {self.prog} --help\n")


def _common(default: bool) -> _Parser:
    """The global options; below a command they leave what stood before it alone."""
    none: Any = None if default else argparse.SUPPRESS
    false: Any = False if default else argparse.SUPPRESS
    parser = _Parser(add_help=False)
    group = parser.add_argument_group("everywhere")
    group.add_argument("--config", metavar="FILE", default=none, help="the config file")
    group.add_argument("--data-dir", metavar="DIR", default=none, help="where the store is")
    group.add_argument("--offline", action="store_true", default=false, help="do not use the network")
    group.add_argument("--verbose", action="store_true", default=false, help="tell more on standard error")
    return parser


def build() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    from convo import __version__

    parser = _Parser(
        prog="convo",
        description="A terminal inbox for people who talk with people. Without a command it opens the inbox.",
        parents=[_common(True)],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"convo {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="the inbox with a built-in cast; people answer back"
    )
    parser.add_argument(
        "--plain", action="store_true", help="the inbox line by line, for screen readers and braille"
    )
    parser.set_defaults(json=False, command=None)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", parser_class=_Parser
    )
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            parents=[_common(False)],
            allow_abbrev=False,
        )
        for argument in command.arguments:
            sub.add_argument(*argument.names, **argument.options)
        sub.add_argument("--json", action="store_true", help="one JSON document on standard output")
        sub.set_defaults(handler=command.handler)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line. Exits with 2 on wrong usage, 0 after --help or --version."""
    parser = build()
    options = parser.parse_args(list(arguments))
    for name, value in vars(options).items():
        if name not in _PATHS and not _is_text(value):
            parser.error(f"what was given as {name} is not UTF-8")
    if options.demo and options.command:
        parser.error(f"--demo is the inbox with its own cast; {options.command} works on your own")
    return options


_PATHS = ("config", "data_dir", "file", "attach")
"""Options that name files, whose names may be any bytes."""


def _is_text(value: object) -> bool:
    """Whether an option can be written: bytes that are no UTF-8 arrive as lone surrogates."""
    values = value if isinstance(value, list) else [value]
    return all(one.isascii() or _encodes(one) for one in values if isinstance(one, str))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
