//go:build mutant_condition

package table

// This build writes over what somebody else wrote meanwhile.
const (
	stateUnchanged = "v <> :before AND j = :j OR v = :before"
	eventNew       = "attribute_not_exists(never)"
	countsOnce     = true
)
