package address

import (
	"cmp"
	"slices"
	"strings"

	"github.com/weige/weige/geo"
)

// conflict reports whether an entry states another area than the text at some level.
func (s *search) conflict(entry int) bool {
	if len(s.a.Areas) == 0 {
		return false
	}
	for packed := s.g.areasOf(entry); packed != ""; {
		line, rest, _ := strings.Cut(packed, "\n")
		packed = rest
		for _, said := range s.a.Areas {
			if line != "" && int(line[0]-'0') == said.Level && s.differ(said.Name, line[1:]) {
				return true
			}
		}
	}
	return false
}

// differ reports whether the area that the text states is another than the one that is: no way to write its name, and no slip.
func (s *search) differ(said, is string) bool {
	return is != said && s.g.Grammar.key(is) != s.g.Grammar.key(said) && (s.knows(said) || !near(said, is))
}

// knows is Gazetteer.knows, kept for the whole search: hundreds of places may be compared with its areas.
func (s *search) knows(area string) bool {
	known, asked := s.areas[area]
	if !asked {
		if s.areas == nil {
			s.areas = map[string]bool{}
		}
		known = s.g.knows(area)
		s.areas[area] = known
	}
	return known
}

// laneMetres is how far from its road a lane may lead.
const laneMetres = 300.0

// add keeps a candidate. One that says something else about areas than the text, or is only near what was asked for, is never an exact answer.
func (s *search) add(c Candidate) {
	stated := func(level int, name string) bool {
		return slices.ContainsFunc(s.a.Areas, func(a Area) bool { return a.Level == level && a.Name == name })
	}
	for _, is := range c.Areas {
		if stated(is.Level, is.Name) && !slices.Contains(c.Matched, AreaPart) {
			c.Matched = append(c.Matched, AreaPart)
		}
	}
	for _, said := range s.a.Areas {
		for _, is := range c.Areas {
			if is.Level == said.Level && s.differ(said.Name, is.Name) && !slices.Contains(c.Unmatched, AreaPart) {
				c.Unmatched = append(c.Unmatched, AreaPart)
			}
		}
	}
	if s.vague {
		if slices.Contains(s.spare, NumberPart) {
			c.Around, c.Metres = append(c.Around, ring(c.Point, laneMetres)...), max(c.Metres, laneMetres)
		}
		c.Matched = slices.DeleteFunc(slices.Clone(c.Matched), func(p Part) bool { return slices.Contains(c.Unmatched, p) })
	}
	if (c.Grade.Exact() || c.Grade == GradeInterpolated) && s.vague || c.Grade.Exact() && (slices.Contains(c.Unmatched, AreaPart) || slices.Contains(c.Unmatched, NearPart)) {
		c.Grade = GradeStreet
		if slices.Contains(c.Matched, EstatePart) {
			c.Grade = GradeEstate
		}
		if len(c.Spread) == 0 {
			c.Spread = []geo.Point{c.Point}
		}
	}
	s.found = append(s.found, c)
}

// answer puts the candidates in order.
func (s *search) answer(a Address) Answer {
	doubt := func(c Candidate) int { return 2*len(c.Unmatched) + len(c.Corrected) }
	exact := func(c Candidate) int {
		if c.Grade.Exact() {
			return c.Grade.rank()
		}
		return len(grades)
	}
	slices.SortStableFunc(s.found, func(a, b Candidate) int { // a landmark on a road before the road
		return cmp.Or(cmp.Compare(exact(a), exact(b)), cmp.Compare(doubt(a), doubt(b)), cmp.Compare(a.Grade.rank(), b.Grade.rank()))
	})
	out := Answer{Parsed: a}
	seen := map[string]bool{}
	for _, c := range s.found {
		key := c.Text + "\n" + packAreas(c.Areas) + c.Area
		best := len(out.Candidates) == 0 || c.Grade == out.Candidates[0].Grade && doubt(c) == doubt(out.Candidates[0])
		if seen[key] || len(out.Candidates) == maxCandidates || !best && out.Candidates[0].Grade.Exact() {
			continue
		}
		seen[key] = true
		out.Candidates = append(out.Candidates, c)
		out.Ambiguous = out.Ambiguous || best && len(out.Candidates) > 1
	}
	return out
}

// unpackAreas is the inverse of packAreas.
func unpackAreas(text string) []Area {
	var list []Area
	for line := range strings.Lines(text) {
		if name := strings.TrimSuffix(line, "\n"); len(name) > 1 {
			list = append(list, Area{int(name[0] - '0'), name[1:]})
		}
	}
	return list
}
