package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// snap joins points that are nearly the same, and leads edges through vertices that lie nearly on them. Only borders that do not fit
// yet are looked at: those with an area on one side alone.
func (r *repairer) snap() {
	if r.tolerance.Snap <= 0 {
		return
	}
	t := newTopology(r.set)
	loose := t.loose()
	if len(loose) == 0 {
		return
	}
	r.joinPoints(t, loose)
	t = newTopology(r.set)
	r.passThrough(t, t.loose())
}

// loose gives the edges of arcs that on some level have an area on one side alone, or that are on one level the border of other areas
// than on the next.
func (t *topology) loose() []segment {
	var list []segment
	up := make([][]ID, t.levels)
	for level := range up {
		up[level] = t.ancestors(level)
	}
	for i, a := range t.arcs {
		if !t.looseArc(i, up) {
			continue
		}
		p := t.point(a, 0)
		for k := uint32(1); k <= a.n; k++ {
			q := t.point(a, k)
			list = append(list, segment{p, q, int32(i)})
			p = q
		}
	}
	return list
}

func (t *topology) looseArc(i int, up [][]ID) bool {
	for level := range t.levels {
		l, r := t.sides(i, level)
		if (l == None) != (r == None) {
			return true
		}
		if level == 0 {
			continue
		}
		above := func(id ID) ID {
			if id == None {
				return None
			}
			return up[level-1][id]
		}
		if left, right := t.sides(i, level-1); above(l) != above(r) && (above(l) != left || above(r) != right) || left != None && above(l) == above(r) {
			return true
		}
	}
	return false
}

// joinPoints moves points to the least one within the tolerance that is on another arc.
func (r *repairer) joinPoints(t *topology, loose []segment) {
	type vertex struct {
		at  Point
		arc int32
	}
	var list []vertex
	for _, s := range loose {
		list = append(list, vertex{s.a, s.arc}, vertex{s.b, s.arc})
	}
	slices.SortFunc(list, func(a, b vertex) int { return cmp.Or(compare(a.at, b.at), cmp.Compare(a.arc, b.arc)) })
	list = slices.Compact(list)
	to := map[Point]Point{}
	fixed := map[Point]bool{} // what others were moved to
	for i, v := range list {
		if _, moved := to[v.at]; moved || fixed[v.at] {
			continue
		}
		east, north := scale(float64(v.at.Y) / unitsPerDegree)
		for j := i - 1; j >= 0; j-- {
			w := list[j]
			dx := float64(int64(v.at.X)-int64(w.at.X)) * east
			if dx > r.tolerance.Snap {
				break
			}
			if _, moved := to[w.at]; moved || w.at == v.at || w.arc == v.arc && r.set.ownEdge(t, v.arc, v.at, w.at) {
				continue
			}
			if math.Hypot(dx, float64(int64(v.at.Y)-int64(w.at.Y))*north) <= r.tolerance.Snap {
				to[v.at], fixed[w.at] = w.at, true
				break
			}
		}
	}
	r.moveAll(to)
}

// ownEdge reports whether two points follow each other on an arc: detail of one line is not joined.
func (s *BoundarySet) ownEdge(t *topology, arc int32, p, q Point) bool {
	a := t.arcs[arc]
	for k := uint32(1); k <= a.n; k++ {
		x, y := t.point(a, k-1), t.point(a, k)
		if x == p && y == q || x == q && y == p {
			return true
		}
	}
	return false
}

// moveAll moves points in all rings.
func (r *repairer) moveAll(to map[Point]Point) {
	if len(to) == 0 {
		return
	}
	for i := range r.set.areas {
		a := &r.set.areas[i]
		for j, rings := range a.polygons {
			for k, ring := range rings {
				moved := slices.Clone(ring)
				for m, p := range ring {
					if q, ok := to[p]; ok {
						moved[m] = q
						r.move(PointSnapped, a.level, a.code, "", orb.LineString{p.Degrees(), q.Degrees()}, between(p, q), "m")
					}
				}
				moved = slices.Compact(moved)
				if len(moved) > 1 && moved[0] == moved[len(moved)-1] {
					moved = moved[:len(moved)-1]
				}
				a.polygons[j][k] = moved
			}
		}
	}
	r.spikes()
}

// passThrough leads loose edges through the loose vertices within the tolerance.
func (r *repairer) passThrough(t *topology, loose []segment) {
	if len(loose) == 0 {
		return
	}
	strips := newRows(loose)
	var points []Point
	for _, s := range loose {
		points = append(points, s.a, s.b)
	}
	slices.SortFunc(points, compare)
	points = slices.Compact(points)
	through := map[[2]Point][]Point{}
	for _, p := range points {
		east, north := scale(float64(p.Y) / unitsPerDegree)
		reach := int32(math.Ceil(r.tolerance.Snap / north))
		strips.near(p, reach, func(s segment) {
			if s.a == p || s.b == p {
				return
			}
			x, y := nearestOn(s.a, s.b, p, east, north)
			if x == float64(s.a.X) && y == float64(s.a.Y) || x == float64(s.b.X) && y == float64(s.b.Y) {
				return
			}
			if math.Hypot((x-float64(p.X))*east, (y-float64(p.Y))*north) <= r.tolerance.Snap {
				key := edgeKey(s.a, s.b)
				if !slices.Contains(through[key], p) {
					through[key] = append(through[key], p)
				}
			}
		})
	}
	r.insert(through)
}

func edgeKey(a, b Point) [2]Point {
	if b.less(a) {
		a, b = b, a
	}
	return [2]Point{a, b}
}

// insert puts points into edges of all rings, in the order along them.
func (r *repairer) insert(through map[[2]Point][]Point) {
	if len(through) == 0 {
		return
	}
	for key, points := range through {
		slices.SortFunc(points, func(p, q Point) int { return cmp.Compare(along2(key, p), along2(key, q)) })
	}
	for i := range r.set.areas {
		a := &r.set.areas[i]
		for j, rings := range a.polygons {
			for k, ring := range rings {
				a.polygons[j][k] = r.inserted(a, ring, through)
			}
		}
	}
	r.spikes()
}

// along2 says how far along an edge the foot of a point is.
func along2(edge [2]Point, p Point) float64 {
	a, b := edge[0], edge[1]
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	return float64((float64(p.X)-float64(a.X))*dx) + float64((float64(p.Y)-float64(a.Y))*dy)
}

// inserted leads a ring through points that it does not have yet: twice through the same it would only touch itself.
func (r *repairer) inserted(a *shape, ring []Point, through map[[2]Point][]Point) []Point {
	var out []Point
	var has map[Point]bool
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		out = append(out, p)
		points := through[edgeKey(p, q)]
		if len(points) == 0 {
			continue
		}
		if has == nil {
			has = map[Point]bool{}
			for _, p := range ring {
				has[p] = true
			}
		}
		if q.less(p) {
			points = slices.Clone(points)
			slices.Reverse(points)
		}
		for _, v := range points {
			if has[v] {
				continue
			}
			has[v] = true
			x, y := nearestOn(p, q, v, 1, 1)
			r.move(VertexAdded, a.level, a.code, "", v.Degrees(), metresBetween(x, y, float64(v.X), float64(v.Y)), "m")
			out = append(out, v)
		}
	}
	return out
}

// near tells the segments that have a part within so many units of a point's latitude and bound.
func (r *rows) near(p Point, reach int32, each func(segment)) {
	seen := map[uint32]bool{}
	reachX := int64(reach) * 6 // a degree of longitude shrinks to a sixth at 80°
	for row := max(r.row(p.Y-reach), 0); row <= r.row(p.Y+reach) && row+1 < int64(len(r.starts)); row++ {
		for _, i := range r.items[r.starts[row]:r.starts[row+1]] {
			s := r.list[i]
			if int64(min(s.a.X, s.b.X)) > int64(p.X)+reachX || int64(max(s.a.X, s.b.X)) < int64(p.X)-reachX ||
				min(s.a.Y, s.b.Y) > p.Y+reach || max(s.a.Y, s.b.Y) < p.Y-reach || seen[i] {
				continue
			}
			seen[i] = true
			each(s)
		}
	}
}
