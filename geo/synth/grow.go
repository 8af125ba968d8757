package synth

import (
	"container/heap"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// growth lets the children of one parent grow from seeds, always into the nearest free patch beside one that they have, so that each
// stays in one piece.
//
// An inlay lies in the first child, which begins with the ring around it: whatever else grows, the ring holds.
type growth struct {
	*divider
	parent  int32
	patches []int32
	seeds   []int32     // by child; -1 for those that an inlay makes
	middles []orb.Point // from which a child measures
	weights []float64   // a child of a large weight stays small
	inlay   inlay
	front   frontier
}

func (d *divider) newGrowth(parent int, patches []int32, k int, in inlay) *growth {
	g := &growth{divider: d, parent: int32(parent), patches: patches, inlay: in,
		seeds: make([]int32, k), middles: make([]orb.Point, k), weights: make([]float64, k)}
	free := slices.Clone(patches)
	if in.kind != none {
		free = slices.DeleteFunc(free, func(c int32) bool { return c == in.patch || slices.Contains(in.ring, c) })
	}
	for i := range g.seeds {
		g.weights[i] = 0.7 + 0.6*d.rnd.Float64()
		if g.seedless(i) {
			g.seeds[i], g.middles[i] = -1, d.mesh.centre(in.patch)
			continue
		}
		j := i + d.rnd.IntN(len(free)-i)
		free[i], free[j] = free[j], free[i]
		g.seeds[i], g.middles[i] = free[i], d.mesh.centre(free[i])
	}
	return g
}

// seedless tells whether an inlay says where a child begins.
func (g *growth) seedless(child int) bool {
	return g.inlay.kind != none && child == 0 || g.inlay.kind == enclave && child == len(g.seeds)-1
}

// grow makes the children.
func (g *growth) grow() []group {
	for _, c := range g.patches {
		g.owner[c] = unowned
	}
	g.front = g.front[:0]
	g.lay()
	for child, c := range g.seeds {
		if c >= 0 {
			g.take(c, int32(child))
		}
	}
	for len(g.front) > 0 {
		if next := heap.Pop(&g.front).(reach); g.owner[next.patch] == unowned {
			g.take(next.patch, next.child)
		}
	}
	g.adopt()
	groups := make([]group, len(g.seeds))
	for _, c := range g.patches {
		groups[g.owner[c]].patches = append(groups[g.owner[c]].patches, c)
	}
	for i := range groups {
		groups[i].parent, groups[i].middle = int(g.parent), g.middle(groups[i].patches)
	}
	return groups
}

// lay gives the inlay and its ring to their owners.
func (g *growth) lay() {
	switch g.inlay.kind {
	case none:
		return
	case enclave:
		g.owner[g.inlay.patch] = int32(len(g.seeds) - 1)
	case part:
		g.owner[g.inlay.patch] = 1
	}
	for _, c := range g.inlay.ring {
		g.take(c, 0)
	}
}

// take gives a patch to a child and lets it reach for the free neighbours.
func (g *growth) take(patch, child int32) {
	g.owner[patch] = child
	g.sides = g.mesh.sides(patch, g.sides[:0])
	for _, s := range g.sides {
		if s.to == outside || g.above[s.to] != g.parent || g.owner[s.to] != unowned {
			continue
		}
		heap.Push(&g.front, reach{patch: s.to, child: child, far: distance(g.mesh.centre(s.to), g.middles[child]) * g.weights[child]})
	}
}

// adopt gives patches that nobody could reach, because their parent has a detached part, to one child each part.
func (g *growth) adopt() {
	for _, c := range g.patches {
		if g.owner[c] != unowned {
			continue
		}
		most := len(g.seeds)
		if g.inlay.kind == enclave {
			most-- // an enclave stays in one piece
		}
		child := int32(g.rnd.IntN(most))
		g.take(c, child)
		for len(g.front) > 0 {
			if next := heap.Pop(&g.front).(reach); g.owner[next.patch] == unowned {
				g.take(next.patch, child)
			}
		}
	}
}

// recentre moves each seed to the patch nearest to the middle of what grew from it.
func (g *growth) recentre(groups []group) {
	for i, grown := range groups {
		if g.seedless(i) {
			continue
		}
		nearest := math.Inf(1)
		for _, c := range grown.patches {
			if g.inlay.kind == part && c == g.inlay.patch {
				continue
			}
			if far := distance(g.mesh.centre(c), grown.middle); far < nearest {
				nearest, g.seeds[i] = far, c
			}
		}
		g.middles[i] = g.mesh.centre(g.seeds[i])
	}
}

// distance is the square of the distance in patches. The conversions keep every processor from fusing the products.
func distance(a, b orb.Point) float64 {
	dx, dy := a[0]-b[0], a[1]-b[1]
	return float64(dx*dx) + float64(dy*dy)
}

// reach is a patch that a child could take next.
type reach struct {
	patch, child int32
	far          float64
}

// frontier is a heap of what can be reached, the nearest first.
type frontier []reach

func (f frontier) Len() int { return len(f) }
func (f frontier) Less(i, j int) bool {
	a, b := f[i], f[j]
	if a.far != b.far {
		return a.far < b.far
	}
	return a.patch < b.patch || a.patch == b.patch && a.child < b.child
}
func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }

// Push is for container/heap.
func (f *frontier) Push(x any) { *f = append(*f, x.(reach)) }

// Pop is for container/heap.
func (f *frontier) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	*f = (*f)[:last]
	return x
}
