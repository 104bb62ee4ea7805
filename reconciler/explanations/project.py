"""Faults of the project file, of the files that it names, and of environments."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.explanations.explanation import Explanation, Where

EXPLANATIONS: Mapping[str, Explanation] = {
    "no-project": Explanation(
        "There is no project in this folder",
        "A folder is a project when it holds `reconciler.yaml`. Without it nobody says where the manifests are and "
        "which account they are for.",
        "Go to the project's folder, or name it before the command. `reconciler demo` makes a project to play with.",
        Where.COMMAND,
        "reconciler plan\n",
        "reconciler -C campaigns plan\n",
    ),
    "not-a-project": Explanation(
        "`reconciler.yaml` is not a project file",
        "It must hold one document of kind Project and nothing else, so that there is one place to look for accounts.",
        "Move the other documents into files of their own.",
    ),
    "second-project": Explanation(
        "A manifest file holds a second Project",
        "A project has one project file, `reconciler.yaml` in its folder. A second one would leave open which counts.",
        "Move it into a folder of its own: a folder with its own `reconciler.yaml` is left out of this project.",
        Where.MANIFEST,
        "apiVersion: diabolocom.reconciler/v1\nkind: Project\nmetadata: {name: other}\n"
        'spec: {environments: {local: {baseUrl: "emulator:other.db"}}}\n',
        "apiVersion: diabolocom.reconciler/v1\nkind: CampaignTemplate\nmetadata: {name: other}\n"
        "spec: {settings: {maxTries: 5}}\n",
    ),
    "no-manifests": Explanation(
        "The project names a file or folder that is not there",
        "A misspelt folder would otherwise look like a project without campaigns.",
        "Create it, or correct the path under `manifests` or `overlays`. Paths start at the project file.",
        Where.PROJECT,
        'manifests: [manifest]\nenvironments: {local: {baseUrl: "emulator:local.db"}}\n',
        'manifests: [manifests]\nenvironments: {local: {baseUrl: "emulator:local.db"}}\n',
    ),
    "unreadable-file": Explanation(
        "A file can't be read",
        "The system refused to open it. A plan without it would be a plan for something else.",
        "Check that the file is there and that you may read it.",
    ),
    "which-environment": Explanation(
        "Nothing says which environment is meant",
        "The project has several. A guess could plan against the wrong account.",
        "Name one before the command, or in the variable RECONCILER_ENV.",
        Where.COMMAND,
        "reconciler plan\n",
        "reconciler -e production plan\n",
    ),
    "unknown-environment": Explanation(
        "The project has no such environment",
        "The name after `-e`, or in RECONCILER_ENV, is none of those under `environments`.",
        "Correct the name, or add the environment to the project file.",
        Where.COMMAND,
        "reconciler -e prodution plan\n",
        "reconciler -e production plan\n",
    ),
    "insecure-origin": Explanation(
        "The token would be sent without encryption",
        "Over plain http everybody on the way can read the token and then write to the account. Plain http is "
        "taken for this machine alone.",
        "Write https.",
        Where.PROJECT,
        "environments: {local: {baseUrl: http://public-fr2.engage.diabolocom.com}}\n",
        "environments: {local: {baseUrl: https://public-fr2.engage.diabolocom.com}}\n",
    ),
    "wrong-origin": Explanation(
        "The baseUrl can't be used",
        "It is the account's address: https, a host and perhaps a port. A path, a user or a password in it could send "
        "the token somewhere else. `emulator:FILE` names the embedded emulator.",
        "Write scheme and host alone.",
        Where.PROJECT,
        "environments: {local: {baseUrl: https://public-fr2.engage.diabolocom.com/api/v1}}\n",
        "environments: {local: {baseUrl: https://public-fr2.engage.diabolocom.com}}\n",
    ),
    "unused-binding": Explanation(
        "A binding that no manifest uses",
        "An environment binds a campaign id to a name, and no Campaign manifest has that name. The name may be "
        "misspelt, and then its campaign is looked for by `settings.name`. A warning: nothing is stopped.",
        "Correct the name, or remove the line.",
        Where.PROJECT,
        'environments: {local: {baseUrl: "emulator:local.db", campaigns: {admissions-bakry: 6046}}}\n',
        'environments: {local: {baseUrl: "emulator:local.db", campaigns: {admissions-bakery: 6046}}}\n',
    ),
    "check-scope": Explanation(
        "A check that would forbid every change",
        "It has neither `where` (which rows of a plan are meant), nor `require` (what must hold of them), nor `freeze` "
        "(when it counts): no plan could be applied.",
        "Add one of them.",
        Where.PROJECT,
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: no-ends, of: campaign, message: campaigns stay}]\n",
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: no-ends, of: campaign, where: {action: [archive, delete]}, message: campaigns stay}]\n",
    ),
    "check-fact": Explanation(
        "A check asks for what its rows do not tell",
        "A setting that changes has a `before` and an `after`, an agent `gains` contacts, and so on. A check of "
        "something that is never there would look as if it always held.",
        "Take the nearest one that the message gives; docs/checks.md lists what each kind of row tells.",
        Where.PROJECT,
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: tries, of: setting, where: {attribute: maxTries}, require: {gains: {atMost: 10}},\n"
        "  message: people are annoyed}]\n",
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: tries, of: setting, where: {attribute: maxTries}, require: {after: {atMost: 10}},\n"
        "  message: people are annoyed}]\n",
    ),
    "unknown-zone": Explanation(
        "There is no such time zone",
        "Freeze windows follow the clocks of a zone that has a name, summer time and all. The name is not known here, "
        "or this machine has no data of time zones.",
        "Write a name such as Europe/Paris. Where no zone is known, install the system's tzdata, or `pip install "
        "tzdata`.",
        Where.PROJECT,
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: friday, of: campaign, message: not now,\n"
        "  freeze: {timeZone: Europe/Pari, windows: [{days: [friday]}]}}]\n",
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: friday, of: campaign, message: not now,\n"
        "  freeze: {timeZone: Europe/Paris, windows: [{days: [friday]}]}}]\n",
    ),
    "freeze-window": Explanation(
        "A freeze window that is none",
        "It ends before it begins, or in the moment in which it begins. A window over midnight is written with an end "
        "that is earlier than its beginning: from 22:00 to 06:00.",
        "Correct the days or the times; leave `from` and `to` out for whole days.",
        Where.PROJECT,
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: holidays, of: campaign, message: not now,\n"
        "  freeze: {timeZone: UTC, windows: [{firstDay: 2027-01-02, lastDay: 2026-12-24}]}}]\n",
        'environments: {local: {baseUrl: "emulator:local.db"}}\n'
        "checks: [{name: holidays, of: campaign, message: not now,\n"
        "  freeze: {timeZone: UTC, windows: [{firstDay: 2026-12-24, lastDay: 2027-01-02}]}}]\n",
    ),
    "wrong-variable": Explanation(
        "A variable from outside of the project can't be used",
        "`--var NAME=VALUE` and RECONCILER_VAR_NAME give variables to the manifests. This one is given twice, could "
        "be one of two, or has a value that no variable can have.",
        "The message says which; unset one, or correct the value.",
    ),
    "project": Explanation(
        "The project or its environment can't be used as asked",
        "Among others: the account is not the one that the manifests are bound to (`createdAt` differs), the store "
        "can't be written, or the token is not one. Nothing was written.",
        "The message names the place; correct it there.",
    ),
}
