package demo

import (
	"math"
	"math/rand/v2"
	"slices"
)

// The street is cut into micro-grids like a map drawn by hand: a lattice of crossings, moved about; between two crossings a border that
// wanders; each border drawn once, so that the areas on its two sides share it to the last digit.
//
//	┌──┬──┬──┐      ╭─┬──╮─╮
//	├──┼──┼──┤  →   ├╮│╭─┼─┤      16 × 12 = 192 micro-grids, grouped into 49 grids and those into 10 communities
//	└──┴──┴──┘      ╰─┴╯~~╰╯      the south side is the bank of the river
const (
	columns     = 16
	rows        = 12
	communities = 10
	grids       = 49
	seed        = 20261124
)

// The street's place: the middle in degrees, and half its size.
const (
	middleLon, middleLat = 119.46, 32.21
	halfLon, halfLat     = 0.0165, 0.0115
	unit                 = 1e7 // lattice units per degree
)

// spot is a point in units of 1e-7 degree.
type spot struct{ x, y int32 }

// crossing is a corner of micro-grids, counted from the south-west.
type crossing struct{ column, row int }

// plan is the street, cut up.
type plan struct {
	random  *rand.Rand
	at      map[crossing]spot
	borders map[[2]crossing][]spot // from one crossing to the next, both included
	// community and grid of each micro-grid, by row*columns+column; grids are counted within all.
	community, grid []int
}

func newPlan() *plan {
	p := &plan{random: rand.New(rand.NewPCG(seed, 1)), at: map[crossing]spot{}, borders: map[[2]crossing][]spot{}}
	for row := range rows + 1 {
		for column := range columns + 1 {
			p.at[crossing{column, row}] = p.place(column, row)
		}
	}
	for row := range rows + 1 {
		for column := range columns + 1 {
			c := crossing{column, row}
			if column < columns {
				p.border(c, crossing{column + 1, row})
			}
			if row < rows {
				p.border(c, crossing{column, row + 1})
			}
		}
	}
	p.group()
	return p
}

// place moves a crossing by up to a fifth of a micro-grid, and lays the whole along the river: its bank, and with it every row above to
// a lesser degree, follows a curve.
func (p *plan) place(column, row int) spot {
	jitter := func() float64 { return (p.random.Float64() - 0.5) * 0.4 }
	u, v := float64(column)+jitter(), float64(row)+jitter()
	if row == 0 {
		v = 0
	}
	s, t := u/columns*2-1, v/rows*2-1 // -1 to 1
	bank := 0.22*math.Sin(s*2.2+0.6) - 0.05
	t += bank * (1 - (t+1)/2)
	s *= 1 - 0.10*t - 0.06*math.Cos(t*3)
	return spot{int32(math.Round((middleLon + s*halfLon) * unit)), int32(math.Round((middleLat + t*halfLat) * unit))}
}

// border draws the way between two crossings by moving middles aside, less and less (midpoint displacement), never by so much that it
// could meet another border. The river bank is left smooth.
func (p *plan) border(a, b crossing) {
	depth, amount := 3, 0.10
	if a.row == 0 && b.row == 0 {
		amount = 0.015
	}
	line := []spot{p.at[a], p.at[b]}
	for range depth {
		next := []spot{line[0]}
		for i := 0; i+1 < len(line); i++ {
			q, r := line[i], line[i+1]
			aside := (p.random.Float64() - 0.5) * 2 * amount
			dx, dy := float64(r.x-q.x), float64(r.y-q.y)
			next = append(next, spot{q.x + int32(math.Round(dx/2-dy*aside)), q.y + int32(math.Round(dy/2+dx*aside))}, r)
		}
		line = next
		amount *= 0.8
	}
	p.borders[[2]crossing{a, b}] = line
	back := slices.Clone(line)
	slices.Reverse(back)
	p.borders[[2]crossing{b, a}] = back
}

// group puts micro-grids together: ten communities of about the same size that each hang together, and in each as many grids as its
// share of the 49.
func (p *plan) group() {
	all := make([]int, columns*rows)
	for i := range all {
		all[i] = i
	}
	p.community = p.grow(all, communities)
	p.grid = make([]int, columns*rows)
	given := 0
	for c := range communities {
		var members []int
		for i, of := range p.community {
			if of == c {
				members = append(members, i)
			}
		}
		// The grids that are left, over the micro-grids that are left.
		left := 0
		for _, of := range p.community {
			if of >= c {
				left++
			}
		}
		n := max(1, int(math.Round(float64((grids-given)*len(members))/float64(left))))
		if c == communities-1 {
			n = grids - given
		}
		for i, g := range p.grow(members, n) {
			if g >= 0 {
				p.grid[i] = given + g
			}
		}
		given += n
	}
}

// grow cuts some micro-grids into n groups that each hang together: from n of them far from each other, the smallest group always takes
// a neighbour next. The result has -1 for micro-grids that were not among them.
func (p *plan) grow(members []int, n int) []int {
	group := make([]int, columns*rows)
	for i := range group {
		group[i] = -1
	}
	free := map[int]bool{}
	for _, m := range members {
		free[m] = true
	}
	size := make([]int, n)
	for g, m := range farApart(members, n) {
		group[m], size[g] = g, 1
		delete(free, m)
	}
	for len(free) > 0 {
		best, take := -1, -1
		for _, m := range members {
			if !free[m] {
				continue
			}
			for _, near := range around(m) {
				if g := group[near]; g >= 0 && (best < 0 || size[g] < size[best]) {
					best, take = g, m
				}
			}
		}
		group[take] = best
		size[best]++
		delete(free, take)
	}
	return group
}

// farApart picks n of the members, each as far as can be from those before.
func farApart(members []int, n int) []int {
	picked := []int{members[0]}
	for len(picked) < n {
		best, far := -1, -1
		for _, m := range members {
			nearest := math.MaxInt
			for _, q := range picked {
				dx, dy := m%columns-q%columns, m/columns-q/columns
				nearest = min(nearest, dx*dx+dy*dy)
			}
			if nearest > far {
				best, far = m, nearest
			}
		}
		picked = append(picked, best)
	}
	return picked
}

func around(m int) []int {
	var list []int
	column, row := m%columns, m/columns
	if column > 0 {
		list = append(list, m-1)
	}
	if column < columns-1 {
		list = append(list, m+1)
	}
	if row > 0 {
		list = append(list, m-columns)
	}
	if row < rows-1 {
		list = append(list, m+columns)
	}
	return list
}

// outline gives the rings around some micro-grids, counterclockwise around them and clockwise around holes: the borders that only one
// of them has, one after another.
func (p *plan) outline(members []int) [][]spot {
	open := map[[2]crossing]bool{}
	for _, m := range members {
		c := crossing{m % columns, m / columns}
		corners := []crossing{c, {c.column + 1, c.row}, {c.column + 1, c.row + 1}, {c.column, c.row + 1}}
		for i, from := range corners {
			to := corners[(i+1)%4]
			if open[[2]crossing{to, from}] {
				delete(open, [2]crossing{to, from})
			} else {
				open[[2]crossing{from, to}] = true
			}
		}
	}
	var rings [][]spot
	for len(open) > 0 {
		rings = append(rings, p.ring(open))
	}
	return rings
}

// ring follows borders from the least one until it closes. Where two ways lead on, which is where corners touch, it turns left, so that
// what only touches stays apart.
func (p *plan) ring(open map[[2]crossing]bool) []spot {
	var at [2]crossing
	first := true
	for e := range open {
		if first || less(e, at) {
			at, first = e, false
		}
	}
	start := at
	var ring []spot
	for {
		delete(open, at)
		line := p.borders[at]
		ring = append(ring, line[:len(line)-1]...)
		if at[1] == start[0] {
			return append(ring, ring[0])
		}
		dx, dy := at[1].column-at[0].column, at[1].row-at[0].row
		for _, turn := range [][2]int{{-dy, dx}, {dx, dy}, {dy, -dx}} {
			next := [2]crossing{at[1], {at[1].column + turn[0], at[1].row + turn[1]}}
			if open[next] {
				at = next
				break
			}
		}
	}
}

func less(a, b [2]crossing) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i].row < b[i].row || a[i].row == b[i].row && a[i].column < b[i].column
		}
	}
	return false
}
