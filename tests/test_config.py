"""The config file: every fault is one sentence with key, line, what was expected and what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from convo.adapters import RETIRED
from convo.config import Config, ConfigError, PlatformKeys, load

KNOWN = {"mastodon": PlatformKeys(), "bluesky": PlatformKeys(options=("chat_service",))}
EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


def read(tmp_path: Path, text: str | bytes) -> Config:
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    return load(path, KNOWN, RETIRED)


def fault(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert "\n" not in caught.value.words
    return caught.value.words


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    config = load(tmp_path / "none.toml", KNOWN)
    assert config.inbox.history_days == 90
    assert config.accounts == {}


def test_the_example_loads_as_it_is_and_holds_the_defaults() -> None:
    assert load(EXAMPLE, KNOWN) == Config(path=EXAMPLE)


def test_the_example_documents_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for section in (Config().inbox, Config().look, Config().notify):
        for name in section.__dataclass_fields__:
            assert f"\n{name} = " in text, name


def test_an_account_is_read(tmp_path: Path) -> None:
    config = read(
        tmp_path, '[accounts.a]\nplatform = "bluesky"\nuser = "x.test"\nchat_service = "did:web:c"\n'
    )
    account = config.accounts["a"]
    assert (account.platform, account.user, account.options) == (
        "bluesky",
        "x.test",
        {"chat_service": "did:web:c"},
    )
    assert config.broken == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[inbox]\n\nhistory_dais = 3\n", ["line 3", '"history_dais"', 'Did you mean "history_days"?']),
        ("[inbox]\nundo_seconds = -1\n", ["line 2", "a whole number from 0 to 600", "-1"]),
        ("[inbox]\nundo_seconds = true\n", ["line 2", "a whole number", "True"]),
        ('[inbox]\nmark_read = "maybe"\n', ["line 2", '"off" or "clear" or "always"', "'maybe'"]),
        ('[inbox]\nday_starts = "25:00"\n', ["line 2", '"9:00"']),
        ("[inbbox]\n", ["line 1", 'Did you mean "inbox"?']),
        ("[look]\nwide = 1\n", ["line 2", "true or false", "1"]),
        ("[keys]\ndone = 3\n", ["line 2", "a key in quotes"]),
        ("inbox = 3\n", ["line 1", "a section [inbox]"]),
        ("[inbox\n", ["config.toml", "line 1"]),
        (b"[inbox]\n# \xff\n", ["line 2", "UTF-8"]),
    ],
)
def test_a_fault_outside_accounts_is_one_sentence(
    tmp_path: Path, text: str | bytes, words: list[str]
) -> None:
    said = fault(tmp_path, text)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", ["line 4", 'platform = "mastodon"']),
        ('platform = "mastodom"', ["line 5", 'Did you mean "mastodon"?']),
        ('platform = "klout"', ["line 5", "closed in May 2018"]),
        ('platform = "mastodon"\nurll = "x"', ["line 6", 'Did you mean "url"?']),
        ('platform = "mastodon"\nurl = "fosstodon.org"', ["line 6", "https://"]),
        ('platform = "mastodon"\nchat_service = "x"', ["line 6", "not known"]),
        ('platform = "mastodon"\nsecret = "a"\nsecret_env = "B"', ["twice"]),
        ('platform = "mastodon"\nuser = 3', ["line 6", "a text in quotes"]),
    ],
)
def test_a_fault_in_one_account_leaves_the_others(tmp_path: Path, lines: str, words: list[str]) -> None:
    config = read(tmp_path, f'[accounts.fine]\nplatform = "mastodon"\n\n[accounts.bad]\n{lines}\n')
    assert list(config.accounts) == ["fine"]
    assert list(config.broken) == ["bad"]
    for word in words:
        assert word in config.broken["bad"]


def test_a_secret_that_others_can_read_breaks_its_account_only(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[accounts.a]\nplatform = "mastodon"\nsecret = "s3cr3t"\n[accounts.b]\nplatform = "mastodon"\n'
    )
    path.chmod(0o644)
    config = load(path, KNOWN, RETIRED)
    assert list(config.accounts) == ["b"]
    assert f"chmod 600 {path}" in config.broken["a"]
    path.chmod(0o600)
    assert load(path, KNOWN, RETIRED).accounts["a"].secret == "s3cr3t"


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    config = read(tmp_path, '[accounts.a]\nplatform = "mastodon"\nsecret = 31337\n')
    assert "31337" not in config.broken["a"]


def test_a_secret_is_not_in_the_repr(tmp_path: Path) -> None:
    assert "s3cr3t" not in repr(read(tmp_path, '[accounts.a]\nplatform = "mastodon"\nsecret = "s3cr3t"\n'))


def test_an_unreadable_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, KNOWN)
