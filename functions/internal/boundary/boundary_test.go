package boundary

import (
	"slices"
	"testing"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// A file whose every ring was turned, and more of them than are listed, still says what is wrong with its set, and is not published for want of it.
func TestFaultsThatStayAreNotCutOffForThoseThatWerePutRight(t *testing.T) {
	var faults []geo.Fault
	for i := range maxFaults + 1 {
		faults = append(faults, geo.Fault{Kind: geo.WrongOrientation, Feature: i, Warning: true})
	}
	faults = append(faults, geo.Fault{Kind: geo.Gap, Feature: -1, Code: "a", Warning: true}, geo.Fault{Kind: geo.UnclosedRing, Feature: 7})
	list := Details(faults)
	if len(list) != maxFaults || list[0].Kind != "gap" || list[1].Kind != "unclosed_ring" || list[2].Feature != 0 || list[3].Feature != 1 {
		t.Errorf("%d, first %+v", len(list), list[:4])
	}
	if faults[0].Kind != geo.WrongOrientation || faults[0].Feature != 0 {
		t.Error("the faults given were put in another order")
	}
	faults = append(slices.Repeat([]geo.Fault{{Kind: geo.GroundLost, Warning: true}}, maxFaults), faults...)
	if list = Details(faults); len(list) != maxFaults || list[0].Kind != "gap" || list[2].Kind != "ground_lost" {
		t.Errorf("what a set has against another one comes before its own: %+v", list[:3])
	}
	s := Set{Warnings: Details(faults[:len(faults)-1])}
	if err := s.unaccepted(false, nil, nil); !fault.Is(err, fault.FaultyFile) {
		t.Errorf("published silently: %v", err)
	}
	if err := (Set{Warnings: Details(faults[:maxFaults+3])}).unaccepted(false, nil, nil); err != nil {
		t.Errorf("what was put right, or lacked against a set that is not in force, is to be accepted: %v", err)
	}
}
