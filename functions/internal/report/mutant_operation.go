//go:build mutant_operation

package report

// KnowsOperations is left out in this build: an operation that comes again looks like somebody else's.
const KnowsOperations = false
