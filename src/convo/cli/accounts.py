"""Commands about accounts: accounts, login, logout."""

from __future__ import annotations

from convo.adapters import label, login_example
from convo.cli.output import say, say_error, say_json, status_json, table
from convo.cli.run import DONE, FAILED, Session, UsageError, config_path, data_dir
from convo.engine.login import Login, Wish
from convo.secrets import SecretError, forget_secret
from convo.views import Failure, Health

MANY = 5
"""From so many accounts on, one more is asked about once, and never refused."""


async def accounts(session: Session) -> int:
    """`convo accounts`: exit status 1 when one of them is in trouble."""
    found = session.engine.inbox.accounts()
    if session.options.json:
        say_json([status_json(status) for status in found])
    elif not found:
        say(f"There is no account yet. Add one:  {login_example('NAME')}")
    else:
        table(
            (
                status.name,
                label(status.platform),
                status.handle,
                status.health.value,
                " ".join(part for part in (status.words, status.advice) if part),
            )
            for status in found
        )
    return FAILED if any(status.health in (Health.SIGN_IN, Health.OFF) for status in found) else DONE


async def login(session: Session) -> int:
    """`convo login NAME`: the platform's own flow; appends the account to the config when it is new."""
    options = session.options
    if options.offline:
        raise UsageError("login needs the network; leave --offline away.")
    known = session.config.accounts.get(options.name)
    if known is None and options.name not in session.config.broken and not options.platform:
        raise UsageError(
            f"{options.name} is not in the config yet; say its platform, such as:  {login_example(options.name)}"
        )
    from convo.cli.ask import go_on, terminal_ask

    many = len(session.config.accounts) + len(session.config.broken) >= MANY
    if known is None and many and not await go_on("You listen in many places already. One more?"):
        say_error(f"{options.name} was not added. Think it over.")
        return DONE
    wish = Wish(
        name=options.name,
        platform=options.platform or (known.platform if known else ""),
        url=options.url or "",
        user=options.user or "",
        keep_in=options.keep_in or "",
        browser=not options.no_browser,
    )
    login = Login(session.config, config_path(options), data_dir(options))
    outcome = await login.run(wish, terminal_ask(open_browser=not options.no_browser))
    if options.json:
        say_json({"account": options.name, "handle": outcome.handle, "kept_in": outcome.kept_in})
    else:
        kept = f"Its secret is in {outcome.kept_in}." if outcome.kept_in else "It needs no secret."
        say(f"{options.name} is {outcome.handle}. {kept}")
        say(f"Next:  convo sync {options.name}")
    return DONE


async def logout(session: Session) -> int:
    """`convo logout NAME`: forgets the secret; what came before stays readable."""
    name = session.options.name
    if name not in session.engine.accounts.names:
        raise UsageError(f"There is no account {name}.")
    try:
        await forget_secret(name, data_dir(session.options))
    except (SecretError, OSError) as error:
        raise Failure(f"The secret of {name} could not be removed: {error}.") from error
    if session.options.json:
        say_json({"account": name})
    else:
        say(
            f"{name}: its secret is gone from here. Its messages stay readable; convo login {name} signs in again."
        )
    return DONE
