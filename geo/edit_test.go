package geo

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// randomEdit tries one operation at a random place.
func randomEdit(e *Editor, random *rand.Rand, step int32, k int) (Patch, error) {
	a := e.set.areas[random.IntN(len(e.set.areas))]
	rings := a.polygons[random.IntN(len(a.polygons))]
	ring := rings[random.IntN(len(rings))]
	i := random.IntN(len(ring))
	p, q := ring[i], ring[(i+1)%len(ring)]
	near := func(p Point) orb.Point {
		return Point{p.X + random.Int32N(step) - step/2, p.Y + random.Int32N(step) - step/2}.Degrees()
	}
	other := e.set.areas[random.IntN(len(e.set.areas))]
	switch random.IntN(6) {
	case 0:
		return e.MoveVertex(p.Degrees(), near(p))
	case 1:
		return e.InsertVertex(p.Degrees(), q.Degrees(), near(middle(p, q)))
	case 2:
		return e.DeleteVertex(p.Degrees())
	case 3:
		r := ring[(i+2)%len(ring)]
		return e.Redraw(p.Degrees(), r.Degrees(), orb.LineString{near(q), near(q)}[:random.IntN(3)])
	case 4:
		line := orb.LineString{ring[random.IntN(len(ring))].Degrees(), near(middle(p, q)), near(q)}
		return e.Split(a.code, line[:2+random.IntN(2)], Part{fmt.Sprintf("s%d", k), "left"}, Part{fmt.Sprintf("t%d", k), "right"})
	}
	return e.Merge(a.code, other.code, fmt.Sprintf("m%d", k), "merged")
}

// Whatever is edited, the set stays a partition; what is undone is as it was, to the byte, and what is done again too.
func TestEditsKeepThePartition(t *testing.T) {
	done := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := peopled(draw(t), rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "households"), 5)))
		step := int32(rapid.IntRange(4, 2000).Draw(t, "reach"))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "edits"), 11))
		e := NewEditor(s)
		var undo []Patch
		for k := range 30 {
			before := e.Set()
			p, err := randomEdit(e, random, step, k)
			if err != nil {
				var refused *EditError
				if !errors.As(err, &refused) || refused.Message == "" {
					t.Fatalf("%v", err)
				}
				done[string(refused.Code)]++
				if !slices.EqualFunc(before.areas, e.set.areas, sameShape) {
					t.Fatal("a refused edit changed something")
				}
				continue
			}
			done["done"]++
			undo = append(undo, p)
			if now := e.Set(); !holdsAll(t, s, now) {
				b, a := p.Codes()
				t.Fatalf("edit %d (%v to %v): of %s are %s", k, b, a, listed(s), listed(now))
			}
			if faults := e.Set().Check(DefaultTolerance); slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning }) {
				b, a := p.Codes()
				t.Fatalf("edit %d (%v to %v): %+v", k, a, b, faults)
			}
		}
		want, got := compiledBytes(t, s), compiledBytes(t, e.Set())
		var redo []Patch
		for _, p := range slices.Backward(undo) {
			r, err := e.Apply(p)
			if err != nil {
				t.Fatal(err)
			}
			redo = append(redo, r)
		}
		if !bytes.Equal(want, compiledBytes(t, e.Set())) {
			t.Fatal("undone, but not as it was")
		}
		for _, p := range slices.Backward(redo) {
			if _, err := e.Apply(p); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, compiledBytes(t, e.Set())) {
			t.Fatal("done again, but not as it was")
		}
	})
	t.Log(done)
}

func compiledBytes(t *rapid.T, s *BoundarySet) []byte {
	blob, err := s.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return blob
}
