package geo

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// disturbed is a partition whose areas were each rounded and moved for themselves by up to a few units, as files of different offices are.
func disturbed(t *rapid.T) *BoundarySet {
	s := draw(t)
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "disturb"), 5))
	by := int32(rapid.IntRange(1, 4).Draw(t, "by"))
	for i, a := range s.areas {
		s.areas[i].feature = i
		for _, rings := range a.polygons {
			for _, ring := range rings {
				for k := range ring {
					if random.IntN(3) == 0 {
						ring[k].X += random.Int32N(2*by+1) - by
						ring[k].Y += random.Int32N(2*by+1) - by
					}
				}
			}
		}
	}
	return s
}

// What was disturbed by centimetres is a partition again after repair; repaired again, nothing moves and the bytes stay.
func TestRepairMakesPartitions(t *testing.T) {
	tolerance := Tolerance{Snap: 0.1, Sliver: 0.5}
	rapid.Check(t, func(t *rapid.T) {
		s := disturbed(t)
		before := len(s.Check(tolerance))
		fixed, moves := s.Repair(tolerance)
		if before > 0 && len(moves) == 0 {
			t.Fatalf("%d faults and no move", before)
		}
		vanished := false // areas smaller than what they are moved by
		for _, f := range fixed.Check(tolerance) {
			vanished = vanished || f.Kind == EmptyGeometry
			if !f.Warning && f.Kind != EmptyGeometry {
				t.Fatalf("left: %s %s (of %d faults, %d moves)", f.Kind, f.Message, before, len(moves))
			}
		}
		again, more := fixed.Repair(tolerance)
		if len(more) > 0 {
			t.Fatalf("repaired again: %v", more[0])
		}
		if vanished {
			return
		}
		one, err := fixed.Compile()
		if err != nil {
			t.Fatal(err)
		}
		two, err := again.Compile()
		if err != nil || !bytes.Equal(one, two) {
			t.Fatalf("%v: the bytes differ", err)
		}
	})
}

// After repair the boroughs and districts are partitions but for what is larger than the tolerance: where districts reach out over water,
// and the few places that have none. Repaired again, nothing moves. No area changes by more than it has thin strips at its border.
func TestRepairRealDistricts(t *testing.T) {
	set, _, err := Parse(bytes.NewReader(nested(t)), nestedMapping, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	fixed, moves := set.Repair(DefaultTolerance)
	for _, m := range moves {
		if m.Kind == AreaChanged && math.Abs(m.Size) > 200 || m.Unit == "m" && m.Kind != SpikeCut && m.Size > 1.1*DefaultTolerance.Snap {
			t.Errorf("%v", m)
		}
	}
	for _, f := range fixed.Check(DefaultTolerance) {
		switch f.Kind {
		case OutsideParent, UncoveredByChild, PartsTouch:
		case Gap:
			if f.Level != "borough" || f.Size < 1000 {
				t.Errorf("%+v", f)
			}
		default:
			t.Errorf("%s %s", f.Kind, f.Message)
		}
	}
	if _, more := fixed.Repair(DefaultTolerance); len(more) > 0 {
		t.Errorf("repaired again: %v", more[0])
	}
}
