package geo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// The bytes of a set and its answers for many points, on edges and beside them, are the same on every processor: this test runs on
// amd64 and, under qemu, on arm64, which fuses multiplications and additions of floats (see TestArm64).
func TestGolden(t *testing.T) {
	const (
		wantBytes   = "8e807cd04e0a6f38873ef943cc6f9d0e2fde70e8c31d1988d7a8b6ddae40872e"
		wantAnswers = "895b5d3ce7e8d7caafb56d38c1c37b054ff2d1996edbd1c2223debd064a4774f"
	)
	random := rand.New(rand.NewPCG(42, 42))
	const wide, high, step = 40, 30, 10_007
	at := map[[2]int]Point{}
	for c := range wide + 1 {
		for r := range high + 1 {
			at[[2]int{c, r}] = Point{1_194_000_000 + int32(c*step) + random.Int32N(step/3), 322_000_000 + int32(r*step) + random.Int32N(step/3)}
		}
	}
	s := &BoundarySet{levels: []string{"column", "cell"}}
	for c := range wide {
		var ring []Point
		for r := range high + 1 {
			ring = append(ring, at[[2]int{c + 1, r}])
		}
		for r := high; r >= 0; r-- {
			ring = append(ring, at[[2]int{c, r}])
		}
		parent := fmt.Sprintf("%02d", c)
		s.areas = append(s.areas, shape{level: 0, code: parent, name: parent, polygons: [][][]Point{{ring}}})
		for r := range high {
			code := fmt.Sprintf("%s%02d", parent, r)
			s.areas = append(s.areas, shape{level: 1, code: code, name: code, parent: parent,
				polygons: [][][]Point{{{at[[2]int{c, r}], at[[2]int{c + 1, r}], at[[2]int{c + 1, r + 1}], at[[2]int{c, r + 1}]}}}})
		}
	}
	ix := opened(t, s)
	if got := fmt.Sprintf("%x", sha256.Sum256(ix.blob)); got != wantBytes {
		t.Errorf("the bytes are %s", got)
	}
	h := sha256.New()
	for range 200_000 {
		p := at[[2]int{random.IntN(wide + 1), random.IntN(high + 1)}]
		q := at[[2]int{random.IntN(wide + 1), random.IntN(high + 1)}]
		switch random.IntN(3) {
		case 0:
			p = middle(p, q)
		case 1:
			p = Point{p.X + random.Int32N(3) - 1, p.Y + random.Int32N(3) - 1}
		}
		_ = binary.Write(h, binary.LittleEndian, ix.Leaf(p.Degrees()))
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != wantAnswers {
		t.Errorf("the answers are %s", got)
	}
}
