package geo

import (
	"cmp"
	"math/big"
	"slices"
)

// mostRounds bounds how often noding looks for crossings anew. Each round moves an edge by less than a unit.
const mostRounds = 40

// noded cuts edges where they meet, so that none meets another but end to end, and makes one edge of all that lie on each other. Where
// two cross, both are led through the lattice point nearest to the crossing; an edge may so come to cross a third, which the next round
// finds. Edges of no length, and those that change no mark, are dropped.
func noded(list []marked) []marked {
	list = merged(list)
	for range mostRounds {
		segments := make([]segment, len(list))
		for i, e := range list {
			segments[i] = segment{e.a, e.b, int32(i)}
		}
		pairs := contacts(segments)
		if len(pairs) == 0 {
			return list
		}
		cuts := make([]cut, 0, 2*len(pairs))
		for _, pair := range pairs {
			cuts = appendCuts(cuts, segments, pair)
		}
		slices.SortFunc(cuts, func(a, b cut) int { return cmp.Compare(a.segment, b.segment) })
		var pieces []marked
		for _, s := range cutAll(segments, cuts) {
			pieces = append(pieces, marked{s.a, s.b, list[s.arc].marks})
		}
		list = merged(pieces)
	}
	return list
}

// merged makes one edge of all that lie on each other: a mark that two of them change is not changed by both.
func merged(list []marked) []marked {
	for i, e := range list {
		if e.b.less(e.a) {
			list[i].a, list[i].b = e.b, e.a
		}
	}
	slices.SortFunc(list, func(a, b marked) int {
		if c := compare(a.a, b.a); c != 0 {
			return c
		}
		return compare(a.b, b.b)
	})
	out := list[:0]
	for i := 0; i < len(list); {
		e := list[i]
		j := i + 1
		for ; j < len(list) && list[j].a == e.a && list[j].b == e.b; j++ {
			e.marks = changed(e.marks, list[j].marks)
		}
		if len(e.marks) > 0 && e.a != e.b {
			out = append(out, e)
		}
		i = j
	}
	return out
}

// cut says at which point a segment is to be cut.
type cut struct {
	segment int32
	at      Point
}

func appendCuts(cuts []cut, list []segment, pair [2]int32) []cut {
	s, o := list[pair[0]], list[pair[1]]
	if meet(s.a, s.b, o.a, o.b) == crossing {
		// A point beyond the end of one of them would lead it there and back.
		p := within(o, within(s, crossingPoint(s.a, s.b, o.a, o.b)))
		return append(cuts, cut{pair[0], p}, cut{pair[1], p})
	}
	for k, e := range [2]segment{s, o} {
		other := [2]segment{o, s}[k]
		for _, p := range [2]Point{other.a, other.b} {
			if p != e.a && p != e.b && touches(e.a, e.b, p) {
				cuts = append(cuts, cut{pair[k], p})
			}
		}
	}
	return cuts
}

// within gives p, or the end of a segment that p lies beyond.
func within(s segment, p Point) Point {
	dx, dy := float64(s.b.X)-float64(s.a.X), float64(s.b.Y)-float64(s.a.Y)
	t := float64((float64(p.X)-float64(s.a.X))*dx) + float64((float64(p.Y)-float64(s.a.Y))*dy)
	switch {
	case t <= 0:
		return s.a
	case t >= float64(dx*dx)+float64(dy*dy):
		return s.b
	}
	return p
}

// cutAll cuts the segments; cuts are in the order of the segments.
func cutAll(list []segment, cuts []cut) []segment {
	out := make([]segment, 0, len(list)+len(cuts))
	k := 0
	for i, s := range list {
		from := k
		for k < len(cuts) && cuts[k].segment == int32(i) {
			k++
		}
		if from == k {
			out = append(out, s)
			continue
		}
		mine := cuts[from:k]
		// In the order along the segment; points beside it by their foot on it.
		along := func(p Point) int64 {
			dx, dy := int64(s.b.X)-int64(s.a.X), int64(s.b.Y)-int64(s.a.Y)
			return (int64(p.X)-int64(s.a.X))/2*dx/4 + (int64(p.Y)-int64(s.a.Y))/2*dy/4
		}
		if max(spread(s.a.X, s.b.X), spread(s.a.Y, s.b.Y)) < 1<<30 {
			along = func(p Point) int64 {
				return (int64(p.X)-int64(s.a.X))*(int64(s.b.X)-int64(s.a.X)) + (int64(p.Y)-int64(s.a.Y))*(int64(s.b.Y)-int64(s.a.Y))
			}
		}
		slices.SortFunc(mine, func(a, b cut) int {
			if c := cmp.Compare(along(a.at), along(b.at)); c != 0 {
				return c
			}
			return compare(a.at, b.at)
		})
		before := s.a
		for _, c := range mine {
			if c.at != before {
				out = append(out, segment{before, c.at, s.arc})
				before = c.at
			}
		}
		if before != s.b {
			out = append(out, segment{before, s.b, s.arc})
		}
	}
	return out
}

func spread(a, b int32) int64 {
	d := int64(a) - int64(b)
	return max(d, -d)
}

// crossingPoint gives the lattice point nearest to where the lines ab and cd cross; halves go up. It is computed without rounding.
func crossingPoint(a, b, c, d Point) Point {
	n := func(v int32) *big.Int { return big.NewInt(int64(v)) }
	sub := func(x, y *big.Int) *big.Int { return new(big.Int).Sub(x, y) }
	mul := func(x, y *big.Int) *big.Int { return new(big.Int).Mul(x, y) }
	rx, ry := sub(n(b.X), n(a.X)), sub(n(b.Y), n(a.Y))
	sx, sy := sub(n(d.X), n(c.X)), sub(n(d.Y), n(c.Y))
	under := sub(mul(rx, sy), mul(ry, sx))
	over := sub(mul(sub(n(c.X), n(a.X)), sy), mul(sub(n(c.Y), n(a.Y)), sx))
	round := func(from int32, by *big.Int) int32 {
		// floor((2·over·by + under) / (2·under)) with a positive denominator
		u, o := new(big.Int).Set(under), mul(over, by)
		if u.Sign() < 0 {
			u.Neg(u)
			o.Neg(o)
		}
		o.Lsh(o, 1)
		o.Add(o, u)
		u.Lsh(u, 1)
		return from + int32(new(big.Int).Div(o, u).Int64()) // Div rounds down for a positive divisor
	}
	return Point{round(a.X, rx), round(a.Y, ry)}
}
