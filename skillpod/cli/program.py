"""The table of commands and their lazy loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from skillpod.cli.ending import ended
from skillpod.cli.listing import Listed, Listing
from skillpod.errors import CommandInvalid
from skillpod.serve.answers import Exit

COMMANDS: Mapping[str, Listed] = {
    "serve": Listed("serve", "Run", "Watch a folder of skills, mount them, serve their tools."),
    "install": Listed("install", "Run", "Write skillpod into the configuration of an agent's client."),
    "token": Listed("token", "Run", "Who may come, and in which roles: make, list and revoke tokens."),
    "call": Listed("call", "Run", "Call one tool."),
    "tools": Listed("call", "Run", "The tools, in the shape a function-calling API takes."),
    "calls": Listed("calls", "Look", "Calls that a person must agree to first."),
    "search": Listed("search", "Look", "Tools and skills by what they do."),
    "list": Listed("pod", "Look", "Every skill: its state and tools, or why it has none."),
    "show": Listed("pod", "Look", "One skill: author, rule, grants, walls, tools, history."),
    "instructions": Listed("pod", "Look", "A skill's manual, as the model gets it."),
    "log": Listed("log", "Look", "What happened, and who let it: ask the journal."),
    "policy": Listed("policy", "Look", "The operator's rules: show them, try them, ask them why."),
    "doctor": Listed("doctor", "Look", "What this machine can enforce, wall by wall."),
    "mount": Listed("pod", "Change", "Mount a skill from a path."),
    "unmount": Listed("pod", "Change", "Take a skill's tools away."),
    "reload": Listed("pod", "Change", "Read a skill's source again, and follow it."),
    "rollback": Listed("pod", "Change", "Return a skill to an earlier digest."),
    "resume": Listed("pod", "Change", "Try a quarantined skill again."),
    "holds": Listed("holds", "Answer", "What waits for people's answers, and what would change."),
    "approve": Listed("holds", "Answer", "Agree to what is held."),
    "deny": Listed("holds", "Answer", "Say no to what is held."),
    "break-glass": Listed("holds", "Answer", "Let what is held run now, for a few hours, with a mark."),
    "reviews": Listed("holds", "Answer", "The broken glass that nobody has reviewed yet."),
    "review": Listed("holds", "Answer", "Close the review of broken glass."),
    "approve-call": Listed("calls", "Answer", "Agree to one call that waits."),
    "deny-call": Listed("calls", "Answer", "Say no to one call that waits."),
    "new": Listed("author", "Write", "Make a skill folder that mounts as it is."),
    "init": Listed("init", "Write", "Propose a manifest for a folder that has a SKILL.md or code."),
    "check": Listed("author", "Write", "Say all that is wrong with skills; nothing of them runs."),
    "explain": Listed("explain", "Write", "A rule of the audit: why it fires, and what to do."),
    "suppress": Listed("suppress", "Write", "Accept one finding of the audit, for a reason and until a day."),
    "test": Listed("trials", "Write", "Run the manifest's tests in the jail, without a pod."),
    "deps": Listed("deps", "Write", "Packages that skills require: lock, build and list them."),
    "keygen": Listed("signing", "Trust", "Make a pair of keys to sign skills with."),
    "sign": Listed("signing", "Trust", "Sign every file of a skill."),
    "verify": Listed("signing", "Trust", "Who signed a skill, or every reason why nobody good did."),
    "trust": Listed("trust", "Trust", "Whose signatures count: add and list publishers, take trust back."),
}

_HELP = "The secure, hot-swapping skill host for LLM agents: drop a folder, call its tools."
_EPILOG = "Exit codes: 0 done, 1 refused, 2 usage or unknown name, 3 configuration, 4 the skill failed, 5 awaits approval, 6 journal."


class Program(Listing):
    """The commands of the table."""

    table = COMMANDS

    def format_options(self, ctx: Any, formatter: Any) -> None:
        self.format_commands(ctx, formatter)
        with formatter.section("Options"):
            formatter.write_dl(
                [("--help", "This, or with a command before it, how that is used."), ("--version", "Which skillpod this is.")]
            )


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code. Prints what failed, never a traceback for a user's mistake."""
    return ended(lambda: _invoke(list(arguments)), arguments)


def _invoke(arguments: list[str]) -> int:
    # Nothing said at all is wrong usage, and the help is what to say then. (The parser empties the list it is given.)
    given, asked = bool(arguments), arguments or ["--help"]
    program = Program(name="skillpod", help=_HELP, epilog=_EPILOG, rich_markup_mode=None, params=[])
    try:
        with program.make_context("skillpod", asked) as context:
            program.invoke(context)
    except typer.Exit as end:
        return end.exit_code if given else Exit.MISUSED
    except typer.TyperException as fault:
        raise _usage(fault) from fault
    except typer.Abort as abort:
        raise KeyboardInterrupt from abort
    return Exit.DONE


def _usage(fault: Any) -> CommandInvalid:
    context = getattr(fault, "ctx", None)
    command = context.command_path if context is not None else "skillpod"
    return CommandInvalid(fault.format_message().rstrip("."), hint=f"`{command} --help` shows how it is used")
