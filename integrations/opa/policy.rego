# An example policy over a saved plan: reconciler plan --out plan.json, then
#   opa eval --fail-defined --data integrations/opa/policy.rego --input plan.json "data.reconciler.deny[_]"
#   conftest test --namespace reconciler --policy integrations/opa plan.json
# What a plan holds is described by schemas/plan.schema.json.
package reconciler

import rego.v1

# No more than so many tries, in any campaign.
max_tries := 10

# An agent has at most so many contacts of the rules that change some.
max_contacts := 400

# Nothing is deleted by this pipeline.
deny contains sprintf("%s: deletes campaign %d", [change.address, change.campaignId]) if {
	some change in input.changes
	change.action == "delete"
}

deny contains sprintf("%s: maxTries would be %d, at most %d", [change.address, attribute.after, max_tries]) if {
	some change in input.changes
	some attribute in change.attributes
	attribute.name == "maxTries"
	not attribute.ignored
	attribute.after > max_tries
}

deny contains sprintf("agent %d would have %d contacts, at most %d", [agent, after, max_contacts]) if {
	some agent in agents
	after := sum([load.after | some change in input.changes; some load in change.loads; load.agentId == agent])
	before := sum([load.before | some change in input.changes; some load in change.loads; load.agentId == agent])
	after > before
	after > max_contacts
}

# What the project's own checks say and nobody has waived stops here, too.
deny contains sprintf("%s: check %s does not hold", [failure.address, check.name]) if {
	some check in input.checks
	check.severity == "error"
	some failure in check.failures
	failure.waived == null
}

# High risk is for a person to look at; conftest tells it and goes on.
warn contains sprintf("%s: %s", [change.address, risk]) if {
	some change in input.changes
	change.risk == "high"
	some risk in change.risks
}

agents contains load.agentId if {
	some change in input.changes
	some load in change.loads
	load.agentId != null
}
