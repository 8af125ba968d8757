package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Verdict says whether a set is shifted.
type Verdict string

// The verdicts of Suspect.
const (
	NotShifted Verdict = "not_shifted" // it fits best as it is
	Shifted    Verdict = "shifted"     // it fits better when it is converted
	Unknown    Verdict = "unknown"     // it does not fit, converted or not: nothing can be said
)

// Suspicion is what Suspect found.
type Suspicion struct {
	Verdict Verdict
	Datum   Datum // for Shifted: of which datum the coordinates seem to be, or from which they were wrongly converted
	// Converted tells the two cases apart: false, the coordinates are still of the datum and need ToWGS84; true, they were of WGS 84 and
	// were converted as if they had been of the datum, and need FromWGS84.
	Converted bool
	// Confidence is the share of the set's border points that fit the reference under the verdict, less the share that fit under the next
	// best reading; from 0 to 1.
	Confidence float64
	Before     float64 // metres: the median distance of border points from the reference's borders as they are, 50 at most
	After      float64 // metres: … when converted as the verdict says
	Moved      float64 // metres: how far that moves border points, the median; for Shifted, how far beside everything lies
}

const (
	suspectSamples = 1500 // border points that are looked at
	suspectFit     = 3.0  // metres within which a border point fits
	suspectReach   = 50.0 // metres beyond which distances are not told apart
	suspectShare   = 0.3  // of the points have to fit for a verdict: sets may differ in more than half of their borders
)

// reading is one way to take coordinates: as of a datum, or as wrongly converted from it.
type reading struct {
	datum     Datum
	converted bool
}

// convert gives the WGS 84 degrees of a point that is read so.
func (r reading) convert(p orb.Point) orb.Point {
	if r.converted {
		return r.datum.FromWGS84(p)
	}
	return r.datum.ToWGS84(p)
}

// Suspect says whether a set looks shifted against a reference, such as the set in force: whether its borders fit those of the reference
// when its coordinates are taken as GCJ-02 or BD-09, or as wrongly converted from them, better than as they are. A set in which many
// borders changed is told as well, as long as a third did not.
func Suspect(set, reference *BoundarySet) Suspicion {
	borders := newBorderBins(reference)
	points := sampled(set)
	if len(borders.edges) == 0 || len(points) == 0 {
		return Suspicion{Verdict: Unknown}
	}
	readings := []reading{{WGS84, false}, {GCJ02, false}, {BD09, false}, {GCJ02, true}, {BD09, true}}
	var shares, medians [5]float64
	for i, r := range readings {
		shares[i], medians[i] = fit(points, borders, r.convert)
	}
	best, next := 0, -1.0
	for i, share := range shares {
		if share > shares[best] {
			best = i
		}
	}
	for i, share := range shares {
		if i != best {
			next = max(next, share)
		}
	}
	s := Suspicion{Verdict: NotShifted, Before: medians[0], After: medians[best], Confidence: shares[best] - next}
	switch {
	case shares[best] < suspectShare:
		return Suspicion{Verdict: Unknown, Before: medians[0], After: medians[0]}
	case shares[best] == shares[0]: // outside China nothing is converted, and all fit alike
		s.After = medians[0]
		if best == 0 && next == shares[0] {
			s.Confidence = shares[0]
		}
	default:
		s.Verdict, s.Datum, s.Converted = Shifted, readings[best].datum, readings[best].converted
		s.Moved = moved(points, readings[best].convert)
	}
	return s
}

// moved gives the median way of points that are converted, in metres.
func moved(points []Point, convert func(orb.Point) orb.Point) float64 {
	ways := make([]float64, len(points))
	for i, p := range points {
		from := p.Degrees()
		to := convert(from)
		east, north := scale(from[1])
		ways[i] = math.Hypot((to[0]-from[0])*unitsPerDegree*east, (to[1]-from[1])*unitsPerDegree*north)
	}
	slices.Sort(ways)
	return ways[len(ways)/2]
}

// sampled gives border points of a set, evenly taken.
func sampled(s *BoundarySet) []Point {
	n := 0
	for _, a := range s.areas {
		eachEdge(a.polygons, func(_, _ Point) { n++ })
	}
	every := max(1, n/suspectSamples)
	var points []Point
	k := 0
	for _, a := range s.areas {
		eachEdge(a.polygons, func(p, _ Point) {
			if k%every == 0 {
				points = append(points, p)
			}
			k++
		})
	}
	return points
}

// fit gives the share of points that lie on the reference's borders when converted, and the median of their distances from them.
func fit(points []Point, borders *borderBins, convert func(orb.Point) orb.Point) (share, median float64) {
	var distances []float64
	fits := 0
	for _, p := range points {
		d := suspectReach
		if q, err := Round(convert(p.Degrees())); err == nil {
			east, north := scale(float64(q.Y) / unitsPerDegree)
			borders.near(q, int64(math.Ceil(suspectReach/east)), int64(math.Ceil(suspectReach/north)), func(a, b Point) {
				x, y := nearestOn(a, b, q, east, north)
				d = min(d, math.Hypot((x-float64(q.X))*east, (y-float64(q.Y))*north))
			})
		}
		if d <= suspectFit {
			fits++
		}
		distances = append(distances, d)
	}
	slices.Sort(distances)
	return float64(fits) / float64(len(points)), distances[len(distances)/2]
}

// borderBins finds the edges of a set near a point: they are listed by square cells of ground, each edge once, however many areas have it.
type borderBins struct {
	shelf
	edges  [][2]Point
	starts []uint32
	items  []uint32
}

func newBorderBins(s *BoundarySet) *borderBins {
	b := &borderBins{}
	bound := noBox
	for _, a := range s.areas {
		eachEdge(a.polygons, func(p, q Point) {
			b.edges = append(b.edges, edgeKey(p, q))
			bound = bound.with(p)
		})
	}
	slices.SortFunc(b.edges, func(x, y [2]Point) int {
		return cmp.Or(cmp.Compare(x[0].X, y[0].X), cmp.Compare(x[0].Y, y[0].Y), cmp.Compare(x[1].X, y[1].X), cmp.Compare(x[1].Y, y[1].Y))
	})
	b.edges = slices.Compact(b.edges)
	b.shelf = newShelfOf(bound, len(b.edges)/2)
	b.starts = make([]uint32, b.count()+1)
	b.each(func(cell int64, _ int) { b.starts[cell+1]++ })
	for i := 1; i < len(b.starts); i++ {
		b.starts[i] += b.starts[i-1]
	}
	b.items = make([]uint32, b.starts[len(b.starts)-1])
	next := slices.Clone(b.starts)
	b.each(func(cell int64, i int) { b.items[next[cell]] = uint32(i); next[cell]++ })
	return b
}

// each tells the cells of each edge; a long one is followed from row to row.
func (b *borderBins) each(do func(cell int64, edge int)) {
	for i, e := range b.edges {
		lowest, highest := e[0], e[1]
		if lowest.Y > highest.Y {
			lowest, highest = highest, lowest
		}
		across := (float64(highest.X) - float64(lowest.X)) / math.Max(1, float64(highest.Y)-float64(lowest.Y))
		from, to := b.row(int64(lowest.Y)), b.row(int64(highest.Y))
		for row := from; row <= to; row++ {
			x1, x2 := float64(lowest.X), float64(highest.X)
			if row > from {
				x1 = float64(lowest.X) + (float64(int64(b.bound.min.Y)+row<<b.shift)-float64(lowest.Y))*across
			}
			if row < to {
				x2 = float64(lowest.X) + (float64(int64(b.bound.min.Y)+(row+1)<<b.shift)-float64(lowest.Y))*across
			}
			last := b.column(int64(max(x1, x2)) + 1)
			for column := b.column(int64(min(x1, x2)) - 1); column <= last; column++ {
				do(row*b.wide+column, i)
			}
		}
	}
}

// row and column are those of the nearest cell for what lies outside.
func (b *borderBins) row(y int64) int64 {
	return min(max((y-int64(b.bound.min.Y))>>b.shift, 0), b.high-1)
}

func (b *borderBins) column(x int64) int64 {
	return min(max((x-int64(b.bound.min.X))>>b.shift, 0), b.wide-1)
}

// near tells all edges that have a part within the reach of a point, and some others; some more than once.
func (b *borderBins) near(p Point, reachX, reachY int64, each func(p, q Point)) {
	x, y := int64(p.X), int64(p.Y)
	for row := b.row(y - reachY); row <= b.row(y+reachY); row++ {
		for column := b.column(x - reachX); column <= b.column(x+reachX); column++ {
			cell := row*b.wide + column
			for _, i := range b.items[b.starts[cell]:b.starts[cell+1]] {
				each(b.edges[i][0], b.edges[i][1])
			}
		}
	}
}

// Set gives the areas of a compiled set as a boundary set, to be edited or compared.
func (ix *Index) Set() *BoundarySet {
	s := &BoundarySet{levels: slices.Clone(ix.levels)}
	for id := range ID(ix.Len()) {
		a := shape{level: ix.level(id), code: ix.code(id), name: ix.name(id), feature: int(id), households: ix.Households(id), polygons: ix.polygons(id)}
		if p := ix.parent(id); p != None {
			a.parent = ix.code(p)
		}
		s.areas = append(s.areas, a)
	}
	return s
}
