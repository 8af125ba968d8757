package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

// partition makes a seeded partition of three levels around Zhenjiang with about n areas on the finest: about 120 vertices a ring, and at a
// million areas about 35, as much as memory holds.
func partition(n int) (*synth.Set, error) {
	o := synth.Options{Seed: 7, Centre: orb.Point{119.46, 32.21}, Detail: 3, Patches: 5, Enclaves: max(1, n/200), MultiPart: max(1, n/400),
		Levels: []synth.Level{{Name: "street", Areas: max(1, n/200)}, {Name: "community", Areas: max(1, n/20)}, {Name: "grid", Areas: n}}}
	side := 2200 * math.Sqrt(float64(n))
	switch {
	case n > 400_000:
		o.Detail, o.Patches = 2, 2
		side = 490 * math.Sqrt(float64(n))
	case n > 4000:
		side = 1050 * math.Sqrt(float64(n))
	}
	o.Width, o.Height = side, side*0.8
	return synth.New(o)
}

func leavesOf(s *synth.Set) (leaves []synth.Area, vertices, all int) {
	finest := len(s.Levels) - 1
	for _, a := range s.Areas {
		n := 0
		for _, rings := range a.Polygons {
			for _, ring := range rings {
				n += len(ring)
			}
		}
		all += n
		if a.Level == finest {
			vertices += n
			leaves = append(leaves, a)
		}
	}
	return leaves, vertices, all
}

// kind is points of one kind.
type kind struct {
	name   string
	points []orb.Point
}

// points makes the points to ask for: anywhere in the bound, in heaps, about a metre from an edge, on vertices, and sorted along a curve.
func points(s *synth.Set, leaves []synth.Area, b orb.Bound, count int) []kind {
	random := rand.New(rand.NewPCG(3, 5))
	wide, high := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	var uniform, clustered, near, on []orb.Point
	for range count {
		uniform = append(uniform, orb.Point{b.Min[0] + random.Float64()*wide, b.Min[1] + random.Float64()*high})
	}
	var towns []orb.Point
	for range 12 {
		towns = append(towns, orb.Point{b.Min[0] + (0.1+0.8*random.Float64())*wide, b.Min[1] + (0.1+0.8*random.Float64())*high})
	}
	for range count {
		t := towns[random.IntN(len(towns))]
		clustered = append(clustered, orb.Point{t[0] + random.NormFloat64()*wide/60, t[1] + random.NormFloat64()*high/60})
	}
	for range count {
		rings := leaves[random.IntN(len(leaves))].Polygons[0]
		ring := rings[random.IntN(len(rings))]
		k := random.IntN(len(ring))
		p, q := ring[k].Degrees(), ring[(k+1)%len(ring)].Degrees()
		on = append(on, p)
		t, angle := random.Float64(), random.Float64()*2*math.Pi
		near = append(near, orb.Point{p[0] + t*(q[0]-p[0]) + math.Cos(angle)/94_300, p[1] + t*(q[1]-p[1]) + math.Sin(angle)/110_900})
	}
	sorted := slices.Clone(uniform)
	key := func(p orb.Point) uint64 {
		return interleave(uint32((p[0]-b.Min[0])/wide*(1<<16))) | interleave(uint32((p[1]-b.Min[1])/high*(1<<16)))<<1
	}
	slices.SortFunc(sorted, func(p, q orb.Point) int { return cmp.Compare(key(p), key(q)) })
	return []kind{{"uniform", uniform}, {"clustered", clustered}, {"1 m from an edge", near}, {"on a vertex", on}, {"uniform, sorted", sorted}}
}

// interleave puts a zero between the bits of a number, for a Z-order curve.
func interleave(v uint32) uint64 {
	x := uint64(v)
	for _, s := range [5]struct {
		by   uint
		mask uint64
	}{{16, 0x0000ffff0000ffff}, {8, 0x00ff00ff00ff00ff}, {4, 0x0f0f0f0f0f0f0f0f}, {2, 0x3333333333333333}, {1, 0x5555555555555555}} {
		x = (x | x<<s.by) & s.mask
	}
	return x
}

// oracle answers exactly and slowly, and shares nothing with the index: it asks every area whose bound holds the point.
type oracle struct {
	leaves []synth.Area
	bounds [][4]int32
	bins   map[[2]int32][]int32
	size   int32
}

func newOracle(s *synth.Set, leaves []synth.Area) *oracle {
	o := &oracle{leaves: leaves, bins: map[[2]int32][]int32{}, size: 1}
	span := 0.0
	for _, a := range leaves {
		b := [4]int32{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
		for _, rings := range a.Polygons {
			for _, p := range rings[0] {
				b = [4]int32{min(b[0], p.X), min(b[1], p.Y), max(b[2], p.X), max(b[3], p.Y)}
			}
		}
		o.bounds = append(o.bounds, b)
		span += float64(b[2] - b[0])
	}
	o.size = max(1, int32(span/float64(len(leaves))))
	for i, b := range o.bounds {
		for x := b[0] / o.size; x <= b[2]/o.size; x++ {
			for y := b[1] / o.size; y <= b[3]/o.size; y++ {
				o.bins[[2]int32{x, y}] = append(o.bins[[2]int32{x, y}], int32(i))
			}
		}
	}
	return o
}

// leaf gives the position of the area that holds a point, or -1: by the even number of edges to the west, the point moved a little to the
// right and less upward.
func (o *oracle) leaf(p geo.Point) int {
	for _, i := range o.bins[[2]int32{p.X / o.size, p.Y / o.size}] {
		if b := o.bounds[i]; p.X < b[0] || p.Y < b[1] || p.X > b[2] || p.Y > b[3] {
			continue
		}
		inside := false
		for _, rings := range o.leaves[i].Polygons {
			for _, ring := range rings {
				for k, a := range ring {
					b := ring[(k+1)%len(ring)]
					if (a.Y > p.Y) == (b.Y > p.Y) {
						continue
					}
					if a.Y > b.Y {
						a, b = b, a
					}
					if (int64(b.X)-int64(a.X))*(int64(p.Y)-int64(a.Y)) <= (int64(p.X)-int64(a.X))*(int64(b.Y)-int64(a.Y)) {
						inside = !inside
					}
				}
			}
		}
		if inside {
			return int(i)
		}
	}
	return -1
}

// compare gives how many answers of the two forms, alone and many at once, are not the oracle's.
func (o *oracle) compare(ix, compact *geo.Index, k kind) int {
	wrong := 0
	ids := make([]geo.ID, len(k.points))
	ix.LeafAll(k.points, ids)
	for i, p := range k.points {
		q, err := geo.Round(p)
		if err != nil {
			wrong++
			continue
		}
		want := ""
		if at := o.leaf(q); at >= 0 {
			want = o.leaves[at].Code
		}
		got := ix.Leaf(p)
		code := ""
		if got != geo.None {
			code = ix.Area(got).Code
		}
		if code != want || ids[i] != got || compact.Leaf(p) != got {
			wrong++
		}
	}
	return wrong
}
