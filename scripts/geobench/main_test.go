package main

import "testing"

// Every answer on a small set is the oracle's, alone, many at once, and in the compact form.
func TestAnswersAreTheOracles(t *testing.T) {
	if wrong, err := measure(192, 3000, []string{"orb", "rtree", "s2"}); err != nil || wrong > 0 {
		t.Errorf("%d answers are wrong; %v", wrong, err)
	}
}
