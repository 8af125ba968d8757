package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// hierarchy checks what needs all areas: that codes are unique, that parents exist one level up, and that children lie inside them.
func (p *parser) hierarchy() {
	first := map[string]int{} // code → position in set.areas
	for i, s := range p.set.areas {
		if s.code == "" {
			continue
		}
		if j, twice := first[s.code]; twice {
			p.fault(DuplicateCode, s, s.spot(), "feature %d has the same area code; codes are unique in the whole set.", p.set.areas[j].feature)
			p.faults[len(p.faults)-1].Same = &p.set.areas[j].feature
			continue
		}
		first[s.code] = i
	}
	bodies := map[string]body{}
	for _, s := range p.set.areas {
		if s.level == 0 || s.parent == "" {
			continue
		}
		j, ok := first[s.parent]
		if !ok || p.set.areas[j].level != s.level-1 {
			p.fault(UnknownParent, s, s.spot(), "its parent %q is not an area of the level %q.", s.parent, p.set.levels[s.level-1])
			p.faults[len(p.faults)-1].Other = s.parent
			continue
		}
		b, made := bodies[s.parent]
		if !made {
			b = newBody(p.set.areas[j].polygons)
			bodies[s.parent] = b
		}
		if len(b.edges) > 0 { // a parent without a usable ring has a fault of its own
			p.inside(s, b)
		}
	}
}

// inside checks that every vertex of a child, and the middle of every edge, lies in its parent, on its edge, or within the slack.
func (p *parser) inside(s shape, parent body) {
	slack := p.mapping.Slack
	if slack == 0 {
		slack = DefaultSlack
	}
	worst, at := 0.0, Point{}
	for _, rings := range s.polygons {
		for _, ring := range rings {
			before := ring[len(ring)-1]
			for _, q := range ring {
				for _, q := range [2]Point{q, middle(before, q)} {
					if parent.holds(q) {
						continue
					}
					if d := parent.metres(q); d > worst {
						worst, at = d, q
					}
				}
				before = q
			}
		}
	}
	if worst > min(slack, DefaultSlack) {
		p.faults = append(p.faults, Fault{Kind: OutsideParent, Level: p.set.levels[s.level], Code: s.code, Other: s.parent, Feature: s.feature,
			Geometry: at.Degrees(), Size: worst, Unit: "m", Warning: worst <= slack,
			Message: fmt.Sprintf("Feature %d (%s): it reaches %.1f m out of its parent %s; %.1f m are allowed.", s.feature, s.code, worst, s.parent, slack)})
	}
}

func middle(a, b Point) Point {
	return Point{int32((int64(a.X) + int64(b.X)) / 2), int32((int64(a.Y) + int64(b.Y)) / 2)}
}

// spot gives a point of a shape's border, to find it by; nil where it has none.
func (s shape) spot() orb.Geometry {
	if len(s.polygons) == 0 {
		return nil
	}
	return s.polygons[0][0][0].Degrees()
}
