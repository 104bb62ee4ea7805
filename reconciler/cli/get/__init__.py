"""`reconciler get …`: looks at the account. Only reads (S1)."""

from __future__ import annotations

import click


class _Commands(click.Group):
    """The commands below, loaded when one of them is asked for: the tool's own --help does not wait for them."""

    def list_commands(self, context: click.Context) -> list[str]:
        self._load()
        return list(self.commands)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        self._load()
        return super().get_command(context, name)

    def _load(self) -> None:
        from reconciler.cli.get.campaigns import campaign, campaigns
        from reconciler.cli.get.contacts import contact, contacts
        from reconciler.cli.get.licenses import licenses
        from reconciler.cli.get.recording import recording
        from reconciler.cli.get.wrapups import wrapup_folders, wrapups

        for each in (campaigns, campaign, contacts, contact, wrapups, wrapup_folders, licenses, recording):
            self.add_command(each)


@click.group(cls=_Commands)
def get() -> None:
    """Look at campaigns, contacts, wrap-up codes, licenses and recordings.

    Only reads, and needs no manifests: the project file alone. A table for people; --format json and csv hold the
    API's own fields and ids.
    """
