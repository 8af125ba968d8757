package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// Ground that the set in force covers and another one does not is told, however it comes to be at the outer border; strips are not.
//
//	+---+---+
//	| a | b |
//	+---+---+
//	| c | d |
//	+---+---+
func TestGroundThatIsLostIsTold(t *testing.T) {
	const side = 10_000 // lattice units, 111 m
	quarter := func(code string, x, y int32) shape { return one(code, [][]Point{square(x*side, y*side, side)}) }
	whole := flat(quarter("a", 0, 1), quarter("b", 1, 1), quarter("c", 0, 0), quarter("d", 1, 0))
	blob, err := whole.Compile()
	if err != nil {
		t.Fatal(err)
	}
	before, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	hectares := before.SquareMetres(0) / 10_000
	less := func(d int32) *BoundarySet { // a keeps back from the outer border
		return flat(one("a", [][]Point{{{d, side}, {side, side}, {side, 2 * side}, {d, 2 * side}}}), whole.areas[1], whole.areas[2], whole.areas[3])
	}
	otherLevels := &BoundarySet{levels: []string{"district"}, areas: []shape{one("all", [][]Point{square(0, 0, 2*side)})}}
	for name, c := range map[string]struct {
		after *BoundarySet
		want  map[string]float64
	}{
		"the same":                {whole, nil},
		"an area left out":        {flat(whole.areas[0], whole.areas[2], whole.areas[3]), map[string]float64{"b": hectares}},
		"two left out":            {flat(whole.areas[0], whole.areas[3]), map[string]float64{"b": hectares, "c": hectares}},
		"given to a neighbour":    {flat(whole.areas[0], one("b", [][]Point{{{side, 0}, {2 * side, 0}, {2 * side, 2 * side}, {side, 2 * side}}}), whole.areas[2]), nil},
		"called otherwise":        {flat(quarter("x", 0, 1), whole.areas[1], whole.areas[2], whole.areas[3]), nil},
		"a part of one":           {less(side / 2), map[string]float64{"a": hectares / 2}},
		"a strip of half a metre": {less(45), nil},
		"of other levels":         {otherLevels, nil},
		"more than before":        {flat(append(whole.areas[:4:4], quarter("e", 2, 0))...), nil},
		"nothing at all":          {&BoundarySet{}, nil},
	} {
		found := map[string]float64{}
		for _, f := range Lost(c.after, before, DefaultTolerance) {
			found[f.Code] = f.Size / 10_000
			if _, drawn := f.Geometry.(orb.MultiPolygon); f.Kind != GroundLost || f.Unit != "m2" || !f.Warning || !drawn || f.Feature != -1 {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if len(found) != len(c.want) {
			t.Errorf("%s: found %v, want %v", name, found, c.want)
		}
		for code, size := range c.want {
			if math.Abs(found[code]-size) > 0.001*size {
				t.Errorf("%s: found %v, want %v", name, found, c.want)
			}
		}
	}
}

// What a set encloses and gives to nobody is a gap, and told as that alone; what lies outside of its areas is lost.
//
//	+-----------+---+
//	| ring +--+ |   |
//	|      |in| |out|
//	|      +--+ |   |
//	+-----------+---+
func TestGroundThatIsLostIsNoGap(t *testing.T) {
	const side = 10_000 // lattice units, 111 m
	ring := one("ring", [][]Point{square(0, 0, 3*side), square(side, side, side)})
	in, out := one("in", [][]Point{square(side, side, side)}), one("out", [][]Point{{{3 * side, 0}, {4 * side, 0}, {4 * side, 3 * side}, {3 * side, 3 * side}}})
	half := one("in", [][]Point{{{side, side}, {2 * side, side}, {2 * side, side + side/2}, {side, side + side/2}}})
	grown := one("ring", [][]Point{{{0, 0}, {3 * side, 0}, {3 * side, 3*side + 9}, {0, 3 * side}}, square(side, side, side)})
	blob, err := flat(ring, in, out).Compile()
	if err != nil {
		t.Fatal(err)
	}
	before, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	lakes := DefaultTolerance
	lakes.Hole = 100
	for name, c := range map[string]struct {
		after     *BoundarySet
		tolerance Tolerance
		gaps      int
		lost      string
	}{
		"the inner left out":            {flat(ring, out), DefaultTolerance, 1, ""},
		"a part of the inner left out":  {flat(ring, half, out), DefaultTolerance, 1, ""},
		"and its surroundings changed":  {flat(grown, out), DefaultTolerance, 1, ""},
		"the outer left out":            {flat(ring, in), DefaultTolerance, 0, "out"},
		"both left out":                 {flat(ring), DefaultTolerance, 1, "out"},
		"the ring left out":             {flat(in, out), DefaultTolerance, 0, "ring"},
		"the inner, where lakes may be": {flat(ring, out), lakes, 0, "in"},
	} {
		gaps, lost := 0, ""
		for _, f := range c.after.Check(c.tolerance) {
			if f.Kind == Gap {
				gaps++
			}
		}
		for _, f := range Lost(c.after, before, c.tolerance) {
			lost += f.Code
		}
		if gaps != c.gaps || lost != c.lost {
			t.Errorf("%s: %d gaps and %q lost, want %d and %q", name, gaps, lost, c.gaps, c.lost)
		}
	}
}

// A little ground is said in square metres, as of hectares it would be none.
func TestLittleGroundIsSaidInSquareMetres(t *testing.T) {
	small := one("a", [][]Point{square(0, 0, 10_000)})
	for d, want := range map[int32]string{600: "ha that", 70: "ha that", 60: "m² that", 10: "m² that"} { // in 11 cm; 70 are 7.8 m
		bit := one("bit", [][]Point{{{10_000, 0}, {10_000 + d*10, 0}, {10_000 + d*10, d * 10}, {10_000, d * 10}}})
		blob, err := flat(small, bit).Compile()
		if err != nil {
			t.Fatal(err)
		}
		before, err := Open(blob)
		if err != nil {
			t.Fatal(err)
		}
		faults := Lost(flat(small), before, DefaultTolerance)
		if len(faults) != 1 || !strings.Contains(faults[0].Message, want) || strings.HasPrefix(faults[0].Message, "0.00") {
			t.Errorf("%d: %+v", d, faults)
		}
	}
}

func TestSetsThatLieBesideAreFound(t *testing.T) {
	place := orb.Point{119.46, 32.21}
	reference := town(place, 1, 30_000)
	by := func(s *BoundarySet, east, north float64) *BoundarySet { // metres
		x, y := scale(place[1])
		return converted(s, func(p orb.Point) orb.Point {
			return orb.Point{p[0] + east/x/unitsPerDegree, p[1] + north/y/unitsPerDegree}
		})
	}
	renamed := by(reference, 40, -40)
	for i := range renamed.areas {
		renamed.areas[i].code = fmt.Sprint("new-", i)
	}
	edited := town(place, 1, 30_000)
	copy(edited.areas[:48], town(place, 2, 30_000).areas[:48])
	half := by(reference, 57, 0)
	copy(half.areas[:72], reference.areas[:72])
	for name, c := range map[string]struct {
		set         *BoundarySet
		east, north float64
	}{
		"as it is":                   {reference, 0, 0},
		"changed in a third":         {edited, 0, 0},
		"by 57 m":                    {by(reference, 57, 0), 57, 0},
		"by some hundred metres":     {by(reference, -300, 450), -300, 450},
		"with a third changed":       {by(edited, 30, 30), 30, 30},
		"with all areas called anew": {renamed, 40, -40},
		"by less than is told":       {by(reference, 1, 1), 0, 0},
		"half of it alone":           {half, 0, 0},
		"another town's":             {town(place, 3, 29_000), 0, 0},
		"without areas":              {&BoundarySet{}, 0, 0},
	} {
		o := Beside(c.set, reference)
		if (o != nil) != (c.east != 0 || c.north != 0) {
			t.Errorf("%s: %+v", name, o)
		}
		if o != nil && (math.Abs(o.East-c.east) > 0.5 || math.Abs(o.North-c.north) > 0.5 || math.Abs(o.Metres-math.Hypot(c.east, c.north)) > 0.5 || o.After > 0.5 || o.Share < suspectShare) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := Beside(reference, &BoundarySet{}); o != nil {
		t.Errorf("beside nothing: %+v", o)
	}
}
