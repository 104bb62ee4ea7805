"""`--target` and `--selector`: the part of the manifests that a command is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Part:
    """What was asked for: targets as they were written, and labels that campaigns must carry."""

    targets: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was asked for, which is everything."""
        return not (self.targets or self.labels)


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--target` and `--selector`; the command gets them as `part`."""

    @wraps(command)
    def with_part(*arguments: Any, targets: Sequence[str], labels: Mapping[str, str], **more: Any) -> Any:
        return command(*arguments, part=Part(targets, labels), **more)

    target = click.option(
        "--target", "targets", metavar="ADDRESS", multiple=True,
        help="Only this campaign with its contacts, or the rules of this policy; repeatable.",
    )  # fmt: skip
    selector = click.option(
        "--selector", "labels", metavar="LABEL=VALUE", multiple=True, callback=_labels,
        help="Only campaigns with this label; repeatable: with all of them.",
    )  # fmt: skip
    return target(selector(with_part))


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
