# Run with: opa test integrations/opa
package reconciler_test

import data.reconciler
import rego.v1

planned(changes) := {"changes": changes}

updating(name, after) := {
	"address": "Campaign/a", "campaignId": 1, "action": "update", "risk": "low", "risks": [],
	"attributes": [{"name": name, "before": 1, "after": after}],
}

giving(before, after) := {
	"address": "AssignmentPolicy/a", "campaignId": 1, "action": "assign", "risk": "low", "risks": [],
	"attributes": [], "loads": [{"agentId": 543, "before": before, "after": after}],
}

test_few_tries if count(reconciler.deny) == 0 with input as planned([updating("maxTries", 10)])

test_many_tries if {
	reconciler.deny == {"Campaign/a: maxTries would be 11, at most 10"} with input as planned([updating("maxTries", 11)])
}

test_another_setting if count(reconciler.deny) == 0 with input as planned([updating("contactPriority", 99)])

test_tries_that_are_ignored if {
	ignored := {"name": "maxTries", "before": 1, "after": 11, "ignored": true}
	change := object.union(updating("maxTries", 1), {"attributes": [ignored]})
	count(reconciler.deny) == 0 with input as planned([change])
}

test_deleting if {
	change := object.union(updating("isArchived", true), {"action": "delete"})
	reconciler.deny == {"Campaign/a: deletes campaign 1"} with input as planned([change])
}

test_an_agent_with_room if count(reconciler.deny) == 0 with input as planned([giving(100, 300)])

test_an_agent_without_room if {
	reconciler.deny == {"agent 543 would have 500 contacts, at most 400"} with input as planned([giving(100, 250), giving(0, 250)])
}

test_an_agent_who_loses_some if count(reconciler.deny) == 0 with input as planned([giving(500, 450)])

test_checks if {
	failures := [{"address": "Campaign/a", "waived": null}, {"address": "Campaign/b", "waived": {"owner": "alice"}}]
	checks := [
		{"name": "one", "severity": "error", "failures": failures},
		{"name": "two", "severity": "warning", "failures": failures},
	]
	reconciler.deny == {"Campaign/a: check one does not hold"} with input as {"changes": [], "checks": checks}
}

test_high_risk if {
	change := object.union(updating("isPaused", false), {"risk": "high", "risks": ["starts calling"]})
	reconciler.warn == {"Campaign/a: starts calling"} with input as planned([change])
}
