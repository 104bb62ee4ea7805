"""`--target`, `--selector` and `--shard`: the part of the manifests that a command is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.session import Session

if TYPE_CHECKING:
    from reconciler.model import Shard

#: The variable of the process that gives the shard where `--shard` does not.
SHARD = "RECONCILER_SHARD"
#: What Kubernetes numbers the pods of an indexed Job with, from 0.
KUBERNETES_INDEX = "JOB_COMPLETION_INDEX"
#: What GitLab numbers the jobs of `parallel:` with, from 1, and how many there are.
GITLAB_INDEX, GITLAB_TOTAL = "CI_NODE_INDEX", "CI_NODE_TOTAL"


@dataclass(frozen=True, slots=True)
class Part:
    """What was asked for: targets as they were written, labels that campaigns must carry, and a shard of the campaigns.

    `is_ambient`: the shard comes from a variable of the process, which may hold for commands that it says nothing to.
    """

    targets: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    shard: Shard | None = None
    is_ambient: bool = False

    @property
    def shards(self) -> int:
        """How many processes like this one share the environment's limit of requests."""
        return self.shard.total if self.shard else 1

    def refuse_beside_file(self, done: str) -> None:
        """UsageError where the command line asks for a part of a saved plan; `done`: what is done with that."""
        if self.targets or self.labels or (self.shard and not self.is_ambient):
            names = "--target, --selector and --shard"
            raise click.UsageError(f"a saved plan is {done} as a whole: {names} go with `plan`")

    def refuse_other_shard(self, shard: Shard | None) -> None:
        """UsageError when the process's variable names another shard than that of a saved plan."""
        if self.shard and self.shard != shard:
            of_plan = f"that of shard {shard}" if shard else "one of all campaigns"
            raise click.UsageError(f"{SHARD} says {self.shard}, and the saved plan is {of_plan}")


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--target`, `--selector` and `--shard`; the command gets them as `part`."""

    @wraps(command)
    def with_part(
        *arguments: Any,
        targets: Sequence[str],
        labels: Mapping[str, str],
        shard: tuple[Shard | None, bool],
        **more: Any,
    ) -> Any:
        return command(*arguments, part=Part(targets, labels, *shard), **more)

    target = click.option(
        "--target", "targets", metavar="ADDRESS", multiple=True,
        help="Only this campaign with its contacts, or the rules of this policy; repeatable.",
    )  # fmt: skip
    selector = click.option(
        "--selector", "labels", metavar="LABEL=VALUE", multiple=True, callback=_labels,
        help="Only campaigns with this label; repeatable: with all of them.",
    )  # fmt: skip
    shard = shard_option(
        "Only the campaigns of this shard of N, such as 2/4; auto/4 or auto: as Kubernetes or GitLab numbers its jobs."
    )
    return target(selector(shard(with_part)))


def shard_option(words: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option `--shard`; the command gets it as `shard`: None without one, and whether it is from the variable."""
    return click.option("--shard", metavar="I/N", callback=_shard, help=f"{words} Also {SHARD}.")


def shard_given(text: str, variables: Mapping[str, str]) -> Shard:
    """The shard of ``2/4``, ``auto/4`` or ``auto``; UsageError when the text, or a variable that it needs, is odd."""
    from reconciler.model import Shard

    number, slash, total = text.partition("/")
    try:
        if text == "auto":
            return Shard.parse(f"{_number(variables, GITLAB_INDEX)}/{_number(variables, GITLAB_TOTAL)}")
        if number == "auto" and slash:
            return Shard.parse(f"{_number(variables, KUBERNETES_INDEX) + 1}/{total}")
        return Shard.parse(text)
    except ValueError as error:
        raise click.UsageError(f"--shard {text}: {error}") from None


def _shard(context: click.Context, parameter: click.Parameter, given: str | None) -> tuple[Shard | None, bool]:
    """The shard, and whether it comes from the process's variable."""
    variables = context.ensure_object(Session).variables
    if given is not None:
        return shard_given(given, variables), False
    ambient = variables.get(SHARD)
    return (shard_given(ambient, variables), True) if ambient else (None, False)


def _number(variables: Mapping[str, str], name: str) -> int:
    """The whole number that a variable holds; ValueError when it is not set, or holds something else."""
    text = variables.get(name)
    if text is None:
        systems = f"`auto` needs {GITLAB_INDEX} and {GITLAB_TOTAL}, `auto/N` needs {KUBERNETES_INDEX}"
        raise ValueError(f"the variable {name} is not set ({systems}); elsewhere write the shard, such as 2/4")
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise ValueError(f"the variable {name} holds no number from 0 to 9,999")
    return int(text)


def _labels(context: click.Context, parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    """`--selector LABEL=VALUE`, as a mapping."""
    labels: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"`{each}` is not LABEL=VALUE")
        if labels.setdefault(name, value) != value:
            raise click.BadParameter(f"a campaign has one `{name}`: `{each}` excludes `{name}={labels[name]}`")
    return labels
