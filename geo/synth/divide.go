package synth

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// group is an area as a set of patches.
type group struct {
	parent  int // position in the level above
	patches []int32
	middle  orb.Point // mean of its patches, in patch widths and heights
}

// special is an inlay that a level is to have: a patch with all of its neighbours inside one area, but belonging to another.
type special int

const (
	none    special = iota
	enclave         // the patch is an area of its own
	part            // the patch is a part of an area that lies elsewhere
)

// divide groups the patches of the mesh into areas, level by level. The areas of a level stand in the order of their parents, and
// those of one parent from the north-west to the south-east.
func divide(m *mesh, o Options, rnd *rand.Rand) ([][]group, error) {
	all := make([]int32, m.patches())
	for i := range all {
		all[i] = int32(i)
	}
	above := []group{{patches: all}}
	d := divider{mesh: m, rnd: rnd, above: make([]int32, len(all)), owner: make([]int32, len(all))}
	var levels [][]group
	for level, l := range o.Levels {
		for i, g := range above {
			for _, c := range g.patches {
				d.above[c] = int32(i)
			}
		}
		counts := d.share(above, l.Areas)
		wanted, err := d.choose(above, counts, o.specials(level))
		if err != nil {
			return nil, fmt.Errorf("synth: level %q: %w", l.Name, err)
		}
		var groups []group
		for i, g := range above {
			groups = append(groups, d.split(i, g.patches, counts[i], wanted[i])...)
		}
		levels = append(levels, groups)
		above = groups
	}
	return levels, nil
}

// specials lists the inlays of a level: enclaves on the finest, detached parts on all levels but the first in turn.
func (o Options) specials(level int) []special {
	var list []special
	last := len(o.Levels) - 1
	if level == last {
		list = slices.Repeat([]special{enclave}, o.Enclaves)
	}
	from := min(1, last)
	for i := range o.MultiPart {
		if from+i%(last-from+1) == level {
			list = append(list, part)
		}
	}
	return list
}

// inlay is a special and the patch it is about.
type inlay struct {
	kind  special
	patch int32
	ring  []int32 // neighbours of the patch
}

type divider struct {
	mesh  *mesh
	rnd   *rand.Rand
	above []int32 // patch → area of the level above
	owner []int32 // patch → child, while its parent is being divided; unowned before
	sides []side
}

const unowned = -1

// share says how many children each parent gets: one at least, its patches at most, the rest about by its size.
func (d *divider) share(parents []group, areas int) []int {
	counts := make([]int, len(parents))
	var sum float64
	weights := make([]float64, len(parents))
	for i, p := range parents {
		weights[i] = float64(len(p.patches)) * (0.7 + 0.6*d.rnd.Float64())
		sum += weights[i]
	}
	left := areas
	for i, p := range parents {
		counts[i] = min(len(p.patches), max(1, int(weights[i]/sum*float64(areas))))
		left -= counts[i]
	}
	// What rounding left over goes to, or comes from, those farthest from their share. The number of patches may bound them, so that
	// one round is not always enough.
	need := func(i int) float64 { return weights[i]/sum*float64(areas) - float64(counts[i]) }
	order := make([]int, len(parents))
	for left != 0 {
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(need(b), need(a)) })
		if left < 0 {
			slices.Reverse(order)
		}
		for _, i := range order {
			switch {
			case left > 0 && counts[i] < len(parents[i].patches):
				counts[i]++
				left--
			case left < 0 && counts[i] > 1:
				counts[i]--
				left++
			}
		}
	}
	return counts
}

// choose finds a place for each special, each in a parent of its own.
func (d *divider) choose(parents []group, counts []int, specials []special) ([]inlay, error) {
	chosen := make([]inlay, len(parents))
	if len(specials) == 0 {
		return chosen, nil
	}
	order := d.rnd.Perm(len(parents))
	for _, i := range order {
		if len(specials) == 0 {
			break
		}
		// Room for the patch, its six neighbours, and one patch for every child.
		if counts[i] < 2 || len(parents[i].patches) < 7+counts[i] {
			continue
		}
		if patch, ring, ok := d.interior(parents[i].patches); ok {
			chosen[i] = inlay{kind: specials[0], patch: patch, ring: ring}
			specials = specials[1:]
		}
	}
	if len(specials) > 0 {
		return nil, fmt.Errorf("no room for %d more enclaves or detached parts; more patches per area would make some", len(specials))
	}
	return chosen, nil
}

// interior finds a patch whose neighbours all lie in the same parent.
func (d *divider) interior(patches []int32) (patch int32, ring []int32, ok bool) {
	start := d.rnd.IntN(len(patches))
	for i := range patches {
		c := patches[(start+i)%len(patches)]
		d.sides = d.mesh.sides(c, d.sides[:0])
		ring = ring[:0]
		for _, s := range d.sides {
			if s.to == outside || d.above[s.to] != d.above[c] {
				break
			}
			ring = append(ring, s.to)
		}
		if len(ring) == len(d.sides) {
			return c, ring, true
		}
	}
	return 0, nil, false
}

// rounds is how often centres are moved to the middle of what grew around them; more make areas rounder and more alike.
const rounds = 3

// split divides the patches of one parent into k connected groups; only a detached part, here or above, makes one of several parts.
func (d *divider) split(parent int, patches []int32, k int, in inlay) []group {
	if k == 1 {
		return []group{{parent: parent, patches: patches, middle: d.middle(patches)}}
	}
	g := d.newGrowth(parent, patches, k, in)
	groups := g.grow()
	for range rounds {
		g.recentre(groups)
		groups = g.grow()
	}
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.middle[0]-a.middle[1], b.middle[0]-b.middle[1]) })
	return groups
}

func (d *divider) middle(patches []int32) orb.Point {
	var sum orb.Point
	for _, c := range patches {
		p := d.mesh.centre(c)
		sum[0] += p[0]
		sum[1] += p[1]
	}
	return orb.Point{sum[0] / float64(len(patches)), sum[1] / float64(len(patches))}
}
