package geo

import (
	"container/heap"
	"math"
	"sync"

	"github.com/paulmach/orb"
)

// labelCache holds the labels that were asked for.
type labelCache struct{ known sync.Map }

// Label gives a point inside an area, in degrees, that is a good place for its name: the one farthest from every edge, within 2 %. It is
// found when first asked for.
func (ix *Index) Label(id ID) orb.Point { return ix.labelOf(id).Degrees() }

func (ix *Index) labelOf(id ID) Point {
	if p, ok := ix.labels.known.Load(id); ok {
		return p.(Point)
	}
	p := pole(ix.polygons(id))
	ix.labels.known.Store(id, p)
	return p
}

// mostSquares bounds the search for a pole.
const mostSquares = 2000

// pole gives the pole of inaccessibility of an area, the lattice point inside that is farthest from every edge, within 2 %. It looks at
// squares, the most promising first, and quarters those that could still hold a better point (the idea is that of Mapbox's polylabel,
// Agafonkin 2016). Heights are stretched to what they measure on the ground. Its arithmetic is never fused, so that every processor gives
// the same point.
func pole(polygons [][][]Point) Point {
	b := newBody(polygons)
	if len(b.edges) == 0 {
		return Point{}
	}
	east, north := scale((float64(b.bound.min.Y) + float64(b.bound.max.Y)) / 2 / unitsPerDegree)
	s := poleSearch{body: b, stretch: math.Round(1024*north/east) / 1024, best: spot{clear: -1}}
	wide, high := float64(b.bound.max.X)-float64(b.bound.min.X), (float64(b.bound.max.Y)-float64(b.bound.min.Y))*s.stretch
	half := max(min(wide, high)/2, 0.5)
	for x := half; x < wide+half; x += 2 * half {
		for y := half; y < high+half; y += 2 * half {
			s.push(x, y, half)
		}
	}
	for range mostSquares {
		if len(s.squares) == 0 {
			break
		}
		q := heap.Pop(&s.squares).(spot)
		if q.most <= s.best.clear*1.02 {
			break
		}
		for i := range 4 {
			s.push(q.x+float64(i%2*2-1)*q.half/2, q.y+float64(i/2*2-1)*q.half/2, q.half/2)
		}
	}
	if s.best.clear <= 0 {
		return b.somewhere()
	}
	return s.at(s.best)
}

// spot is a square of the search, in units from the bound's corner, heights stretched.
type spot struct {
	x, y, half float64
	clear      float64 // distance of its middle from the nearest edge; negative outside
	most       float64 // what no point in it exceeds
}

type poleSearch struct {
	body    body
	stretch float64
	squares squares
	best    spot
}

func (s *poleSearch) at(q spot) Point {
	return Point{s.body.bound.min.X + int32(q.x), s.body.bound.min.Y + int32(q.y/s.stretch)}
}

func (s *poleSearch) push(x, y, half float64) {
	q := spot{x: x, y: y, half: half}
	p := s.at(q)
	// The middle is put on the lattice first: what is measured is what is given.
	d := s.body.clearance(p, s.stretch)
	if q.clear = d; !s.body.inside(p) {
		q.clear = -d
	}
	q.most = q.clear + float64(half*math.Sqrt2) + 2
	if q.clear > s.best.clear {
		s.best = q
	}
	if q.most > s.best.clear*1.02 && half >= 0.5 {
		heap.Push(&s.squares, q)
	}
}

// clearance gives the distance from p to the nearest edge, in units, heights stretched.
func (b body) clearance(p Point, stretch float64) float64 {
	least := math.Inf(1)
	far := func(i int) bool { // whether no edge of a slab can be nearer
		low := int64(b.bound.min.Y) + int64(i)*b.height
		gap := float64(max(low-int64(p.Y), int64(p.Y)-(low+b.height-1), 0)) * stretch
		return float64(gap*gap) >= least
	}
	home := max(0, min(len(b.starts)-2, int((int64(p.Y)-int64(b.bound.min.Y))/b.height)))
	for step := 0; step < len(b.starts)-1; step++ {
		up, down := home+step, home-step
		upOpen, downOpen := up < len(b.starts)-1 && !far(up), step > 0 && down >= 0 && !far(down)
		if !upOpen && !downOpen && step > 0 {
			break
		}
		if upOpen {
			least = b.clearanceIn(up, p, stretch, least)
		}
		if downOpen {
			least = b.clearanceIn(down, p, stretch, least)
		}
	}
	return math.Sqrt(least)
}

// clearanceIn gives the square of the distance to the nearest edge of a slab, or least.
func (b body) clearanceIn(slab int, p Point, stretch, least float64) float64 {
	for _, e := range b.edges[b.starts[slab]:b.starts[slab+1]] {
		ax, ay := float64(e[0].X)-float64(p.X), (float64(e[0].Y)-float64(p.Y))*stretch
		dx, dy := float64(e[1].X)-float64(e[0].X), (float64(e[1].Y)-float64(e[0].Y))*stretch
		t := 0.0
		if length := float64(dx*dx) + float64(dy*dy); length > 0 {
			t = max(0, min(1, -(float64(ax*dx)+float64(ay*dy))/length))
		}
		x, y := ax+float64(t*dx), ay+float64(t*dy)
		least = min(least, float64(x*x)+float64(y*y))
	}
	return least
}

// inside reports whether a point belongs to the area, by the rule for edges.
func (b body) inside(p Point) bool {
	if !b.bound.holds(p) {
		return false
	}
	inside := false
	for _, e := range b.slab(p.Y) {
		inside = inside != crosses(e[0], e[1], p)
	}
	return inside
}

// somewhere gives a point that belongs to an area too thin to hold a lattice point off its edges; a vertex where there is none.
func (b body) somewhere() Point {
	for _, e := range b.edges {
		for _, p := range [2]Point{e[0], middle(e[0], e[1])} {
			if b.inside(p) {
				return p
			}
		}
	}
	return b.edges[0][0]
}

// squares is a heap with the most promising square first.
type squares []spot

func (s squares) Len() int           { return len(s) }
func (s squares) Less(i, j int) bool { return s[i].most > s[j].most }
func (s squares) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *squares) Push(x any)        { *s = append(*s, x.(spot)) }
func (s *squares) Pop() any {
	old := *s
	q := old[len(old)-1]
	*s = old[:len(old)-1]
	return q
}
