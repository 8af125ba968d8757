//go:build !mutant_operation

package report

// KnowsOperations says that the same operation is recognised when it comes again. A build with the tag mutant_operation leaves that out,
// so that the harness that looks for what goes wrong then can be shown to find it: see functions/local/consistency.
const KnowsOperations = true
