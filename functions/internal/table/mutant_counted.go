//go:build mutant_counted

package table

// This build counts an event each time it is delivered.
const (
	stateUnchanged = "v = :before AND j = :j"
	eventNew       = absent
	countsOnce     = false
)
