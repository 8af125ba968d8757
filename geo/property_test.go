package geo

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// draw makes a random partition of two levels: a lattice of crossings moved about, borders with points between, each shared exactly;
// columns of cells are the parents. Some cells have an island, which is a cell of its own.
//
//	├──╮─┬─╭──┤
//	│ a╰─┤ ○╰─┤    ○ an island: a hole in the cell around it
//	├────┼────┤
func draw(t *rapid.T) *BoundarySet {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
	columns, rows := rapid.IntRange(1, 4).Draw(t, "columns"), rapid.IntRange(1, 4).Draw(t, "rows")
	step := int32(rapid.IntRange(40, 4000).Draw(t, "step"))
	at := func(c, r int) Point {
		q := rand.New(rand.NewPCG(uint64(c*100+r), random.Uint64()&0)) // the same for all who ask
		return Point{int32(c)*step + q.Int32N(step/4+1), int32(r)*step + q.Int32N(step/4+1)}
	}
	border := func(a, b Point) []Point { // from a towards b, without b; the same points from both sides
		if b.less(a) {
			l := borderPoints(b, a)
			slices.Reverse(l)
			return append([]Point{a}, l...)
		}
		return append([]Point{a}, borderPoints(a, b)...)
	}
	around := func(c1, r1, c2, r2 int) []Point {
		var ring []Point
		for c := c1; c < c2; c++ {
			ring = append(ring, border(at(c, r1), at(c+1, r1))...)
		}
		for r := r1; r < r2; r++ {
			ring = append(ring, border(at(c2, r), at(c2, r+1))...)
		}
		for c := c2; c > c1; c-- {
			ring = append(ring, border(at(c, r2), at(c-1, r2))...)
		}
		for r := r2; r > r1; r-- {
			ring = append(ring, border(at(c1, r), at(c1, r-1))...)
		}
		return ring
	}
	s := &BoundarySet{levels: []string{"column", "cell"}}
	for c := range columns {
		parent := fmt.Sprintf("c%d", c)
		s.areas = append(s.areas, shape{level: 0, code: parent, name: parent, polygons: [][][]Point{{around(c, 0, c+1, rows)}}})
		for r := range rows {
			code := fmt.Sprintf("c%dr%d", c, r)
			rings := [][]Point{around(c, r, c+1, r+1)}
			if random.IntN(3) == 0 {
				m := Point{int32(c)*step + step*5/8, int32(r)*step + step*5/8}
				d := max(step/16, 1)
				island := []Point{{m.X - d, m.Y}, {m.X, m.Y - d}, {m.X + d, m.Y}, {m.X, m.Y + d}}
				rings = append(rings, island)
				s.areas = append(s.areas, shape{level: 1, code: code + "i", name: "island", parent: parent, polygons: [][][]Point{{slices.Clone(island)}}})
			}
			s.areas = append(s.areas, shape{level: 1, code: code, name: code, parent: parent, polygons: [][][]Point{rings}})
		}
	}
	random.Shuffle(len(s.areas), func(i, j int) { s.areas[i], s.areas[j] = s.areas[j], s.areas[i] })
	return s
}

// borderPoints gives a point or two between a and b, a little aside.
func borderPoints(a, b Point) []Point {
	random := rand.New(rand.NewPCG(uint64(uint32(a.X))<<32|uint64(uint32(a.Y)), uint64(uint32(b.X))<<32|uint64(uint32(b.Y))))
	dx, dy := b.X-a.X, b.Y-a.Y
	aside := func(d int32) int32 { return (random.Int32N(2*max(abs(d)/10, 1)+1) - max(abs(d)/10, 1)) }
	l := []Point{{a.X + dx/3 + aside(dy), a.Y + dy/3 + aside(dx)}}
	if random.IntN(2) == 0 {
		l = append(l, Point{a.X + dx/3*2 + aside(dy), a.Y + dy/3*2 + aside(dx)})
	}
	return l
}

func abs(v int32) int32 { return max(v, -v) }

func opened(t interface{ Fatal(...any) }, s *BoundarySet) *Index {
	blob, err := s.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := Open(blob)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// interesting gives points of a set: its vertices, the middles of its edges, their neighbours on the lattice, and any.
func interesting(t *rapid.T, s *BoundarySet, ix *Index) []Point {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 9))
	var list []Point
	for _, a := range s.areas {
		eachEdge(a.polygons, func(p, q Point) {
			m := middle(p, q)
			list = append(list, p, m, Point{p.X + random.Int32N(3) - 1, p.Y + random.Int32N(3) - 1}, Point{m.X + random.Int32N(3) - 1, m.Y + random.Int32N(3) - 1})
		})
	}
	b := ix.bound
	for range 50 {
		list = append(list, Point{b.min.X + random.Int32N(b.max.X-b.min.X+3) - 1, b.min.Y + random.Int32N(b.max.Y-b.min.Y+3) - 1})
	}
	return list
}

// Every point of the hull, on vertices and edges too, lies in exactly one cell and in exactly one column, which is the cell's parent;
// and the index says the same as asking every area.
func TestEveryPointLiesInExactlyOneAreaPerLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		ix := opened(t, s)
		for _, p := range interesting(t, s, ix) {
			var holders [2][]string
			for _, a := range s.areas {
				if holdsSlowly(a.polygons, p) {
					holders[a.level] = append(holders[a.level], a.code)
				}
			}
			if len(holders[0]) > 1 || len(holders[1]) != len(holders[0]) {
				t.Fatalf("%v lies in %v", p, holders)
			}
			m := ix.Locate(p.Degrees(), 0)
			var chain []string
			for _, h := range m.Chain {
				chain = append(chain, ix.Area(h.ID).Code)
			}
			if want := append(slices.Clone(holders[0]), holders[1]...); !slices.Equal(chain, want) {
				t.Fatalf("%v: the index says %v, the areas %v", p, chain, want)
			}
		}
	})
}

// The order of features, of rings and of their points makes no difference to the bytes; many points at once none to the answers.
func TestOrderMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		first, err := s.Compile()
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 3))
		other := &BoundarySet{levels: s.levels, areas: slices.Clone(s.areas)}
		random.Shuffle(len(other.areas), func(i, j int) { other.areas[i], other.areas[j] = other.areas[j], other.areas[i] })
		for i, a := range other.areas {
			var polygons [][][]Point
			for _, rings := range a.polygons {
				var turned [][]Point
				for _, ring := range rings {
					k := random.IntN(len(ring))
					r := append(slices.Clone(ring[k:]), ring[:k]...)
					if random.IntN(2) == 0 {
						slices.Reverse(r)
					}
					turned = append(turned, r)
				}
				polygons = append(polygons, turned)
			}
			other.areas[i].polygons = polygons
		}
		second, err := other.Compile()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Fatal("the bytes differ")
		}
		ix := opened(t, s)
		var points []orb.Point
		for _, p := range interesting(t, s, ix) {
			points = append(points, p.Degrees())
		}
		ids := make([]ID, len(points))
		ix.LeafAll(points, ids)
		for i, p := range points {
			if ids[i] != ix.Leaf(p) {
				t.Fatalf("%v: %d at once, %d alone", p, ids[i], ix.Leaf(p))
			}
		}
	})
}

// What is written as GeoJSON or as TopoJSON reads back as the same set, shared points and all.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	m := Mapping{Datum: WGS84}
	for _, level := range []string{"column", "cell"} {
		m.Levels = append(m.Levels, LevelMapping{Level: level, When: &When{"level", level}, Code: "code", Name: "name", Parent: "parent"})
	}
	rapid.Check(t, func(t *rapid.T) {
		ix := opened(t, draw(t))
		for name, write := range map[string]func(io.Writer, ...int) error{"GeoJSON": ix.WriteGeoJSON, "TopoJSON": ix.WriteTopoJSON} {
			var file bytes.Buffer
			if err := write(&file); err != nil {
				t.Fatal(err)
			}
			s, faults, err := Parse(&file, m, Limits{})
			if err != nil || len(faults) > 0 {
				t.Fatalf("%s: %v %v", name, err, faults)
			}
			again, err := s.Compile()
			if err != nil || !bytes.Equal(again, ix.blob) {
				t.Fatalf("%s: %v; the bytes are the same: %v", name, err, bytes.Equal(again, ix.blob))
			}
		}
	})
}

// A TopoJSON file that names what is not there, or the same arc too often, is an error in words.
func TestTopoJSONRefusals(t *testing.T) {
	m := Mapping{Datum: WGS84, Levels: []LevelMapping{{Level: "x", Code: "id"}}}
	file := func(arcs string) string {
		return `{"type":"Topology","objects":{"x":{"type":"GeometryCollection","geometries":[{"type":"Polygon","id":"a","arcs":` + arcs +
			`}]}},"arcs":[[[0,0],[1,0],[1,1],[0,0]]]}`
	}
	if set, faults, err := Parse(strings.NewReader(file(`[[0]]`)), m, Limits{}); err != nil || set == nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	for _, bad := range []string{`[[7]]`, `[[-9]]`, `[0]`, `"x"`, `[[0.5]]`, `[[` + strings.Repeat("0,", 99) + `0]]`} {
		if _, faults, err := Parse(strings.NewReader(file(bad)), m, Limits{Vertices: 100}); err == nil {
			t.Errorf("%.20s: no error; %v", bad, faults)
		}
	}
}

// Whatever is cut off or changed, it is an error: at once, or when the damaged part is read. An answer that is given is right.
func TestDamageIsAnErrorNeverAWrongAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draw(t)
		whole := opened(t, s)
		blob := whole.blob
		if _, err := Open(blob[:rapid.IntRange(0, len(blob)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("opened what was cut off")
		}
		changed := slices.Clone(blob)
		changed[rapid.IntRange(0, len(blob)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		ix, err := Open(changed)
		if err != nil {
			return
		}
		for _, p := range interesting(t, s, whole) {
			want := whole.leaf(p)
			if got := ix.leaf(p); got != want && got != Damaged {
				t.Fatalf("%v is in %d, the damaged set says %d", p, want, got)
			}
			if m := ix.Locate(p.Degrees(), 5); m.Err == nil && len(m.Chain) != len(whole.Locate(p.Degrees(), 5).Chain) {
				t.Fatalf("%v: %+v", p, m)
			}
		}
		if ix.Verify() == nil {
			t.Fatal("verified what was changed")
		}
	})
}
