//go:build !mutant_condition && !mutant_counted

package table

// What writes rest on. Builds with one of these tags each leave out one of them, so that the harness that looks for what goes wrong then
// can be shown to find it: see functions/local/consistency.
const (
	stateUnchanged = "v = :before AND j = :j"
	eventNew       = absent
	countsOnce     = true
)
