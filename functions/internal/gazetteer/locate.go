package gazetteer

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

type areaID = geo.ID

// MaxText is how many characters an address may have.
const MaxText = 200

// maxSuggestions is how many ways to go on are given at most.
const maxSuggestions = 20

// Place is a candidate with where it lies.
type Place struct {
	address.Candidate
	Located jurisdiction.Located // of its point; the chain is cut where the place spans more than one area
	Spans   []string             // codes of the areas over which it spans, of the coarsest level of which there are several; nil for one
}

// Own says that the gazetteer or the boundary set found a place.
const Own = "gazetteer"

// Found is where a text lies.
type Found struct {
	Text      string
	Parsed    address.Address
	Grade     address.Grade // of what is certain
	Ambiguous bool          // several places are equally likely
	Places    []Place       // the likeliest first
	Version   string        // of the gazetteer that was asked; empty where there is none
	Source    string        // who found it: Own, or the name of the service beyond it
	Datum     geo.Datum     // in which the source gave its points before they were converted to WGS 84; empty for the gazetteer
}

// Located gives the areas that surely hold what was meant: the chain of the first place as far as all that are equally likely share it.
func (f Found) Located() (jurisdiction.Located, bool) {
	if len(f.Places) == 0 {
		return jurisdiction.Located{}, false
	}
	l := f.Places[0].Located
	if f.Ambiguous {
		for _, p := range f.Places[1:] {
			l.Match.Chain = l.Match.Chain[:shared(l.Match.Chain, p.Located.Match.Chain)]
		}
	}
	return l, true
}

// shared gives how many areas two chains have in common.
func shared(a, b []geo.Holding) int {
	n := 0
	for n < len(a) && n < len(b) && a[n].ID == b[n].ID {
		n++
	}
	return n
}

// Exact gives the one place that is meant, where the text and the gazetteer leave no doubt about it.
func (f Found) Exact() (Place, bool) {
	if f.Ambiguous || len(f.Places) == 0 || !f.Places[0].Grade.Exact() || len(f.Places[0].Spans) > 0 {
		return Place{}, false
	}
	return f.Places[0], true
}

// Locate finds where a text lies. Without a gazetteer, and where nothing is found, there are no places.
func (d *Desk) Locate(ctx context.Context, c jurisdiction.Current, text string) (Found, error) {
	text = strings.TrimSpace(text)
	if err := CheckText("address", text); err != nil {
		return Found{}, err
	}
	f := Found{Text: text, Version: c.Gazetteer, Source: Own}
	if c.Gazetteer == "" {
		d.beyond(ctx, c, &f)
		return f, nil
	}
	g, err := d.Shelf.Get(ctx, c.Jurisdiction, c.Gazetteer)
	if err != nil {
		return Found{}, err
	}
	a := g.Lookup(text)
	f.Parsed, f.Grade, f.Ambiguous = a.Parsed, a.Grade(), a.Ambiguous
	for _, one := range a.Candidates {
		p, err := placed(c, one)
		if err != nil {
			return Found{}, err
		}
		f.Places = append(f.Places, p)
	}
	if len(f.Places) == 0 {
		d.beyond(ctx, c, &f)
	}
	if len(f.Places) == 0 {
		f.area(c)
	}
	return f, nil
}

// Place says where an address lies for a report: the areas that are certain, how it was found, and whether it names one place. Where nothing
// is found, the point is only where a map of the jurisdiction opens.
func (d *Desk) Place(ctx context.Context, c jurisdiction.Current, text string) (l jurisdiction.Located, grade string, exact bool, err error) {
	f, err := d.Locate(ctx, c, text)
	if err != nil {
		return l, "", false, err
	}
	l, found := f.Located()
	if found {
		_, exact = f.Exact()
		return l, string(f.Grade), exact, nil
	}
	l = jurisdiction.Located{Set: c.Boundaries, Areas: c.Areas, Datum: geo.WGS84}
	if c.Areas != nil {
		l.Match.Point, err = geo.Round(c.Areas.Bound().Center())
	}
	return l, "none", false, err
}

// CheckText refuses what can be no address.
func CheckText(field, text string) error {
	n := utf8.RuneCountInString(text)
	switch {
	case !utf8.ValidString(text):
		return fault.Field(field, "The address is not valid UTF-8.")
	case n == 0:
		return fault.Field(field, "Please write an address.")
	case n > MaxText:
		return fault.Field(field, "An address has at most %d characters; this has %d.", MaxText, n)
	case strings.ContainsFunc(text, unicode.IsControl):
		return fault.Field(field, "The address holds control characters; please remove them.")
	}
	return nil
}

// placed finds the areas that hold a candidate. Where its known points lie in several, the chain ends above them.
func placed(c jurisdiction.Current, one address.Candidate) (Place, error) {
	p := Place{Candidate: one}
	if c.Areas == nil {
		return p, nil
	}
	at := one.Point.Degrees()
	l, err := c.Locate(at[0], at[1], geo.WGS84, 0)
	if err != nil {
		return p, err
	}
	depth := certain(c, l, one.Spread)
	around := inside(c, one.Around)
	depth = min(depth, certain(c, l, around))
	if slices.Contains(one.Unmatched, address.NearPart) {
		for i, h := range l.Match.Chain {
			if h.EdgeMetres < besideMetres {
				depth = min(depth, i)
			}
		}
	}
	if depth < len(l.Match.Chain) {
		for _, q := range slices.Concat([]geo.Point{one.Point}, one.Spread, around) {
			if leaf := c.Areas.Leaf(q.Degrees()); leaf >= 0 {
				if chain := c.Areas.Chain(leaf); depth < len(chain) {
					p.Spans = append(p.Spans, c.Areas.Area(chain[depth]).Code)
				}
			}
		}
		slices.Sort(p.Spans)
		p.Spans = slices.Compact(p.Spans)
		l.Match.Chain = l.Match.Chain[:depth]
	}
	p.Located = l
	return p, nil
}

// besideMetres is how far a place may be from the landmark that it is said to be beside. An area whose edge is nearer may not hold it.
const besideMetres = 50

// certain gives how many areas of a chain hold all of some points.
func certain(c jurisdiction.Current, l jurisdiction.Located, points []geo.Point) int {
	depth := len(l.Match.Chain)
	for _, q := range points {
		depth = min(depth, common(c.Areas, l.Match.Chain, q.Degrees()))
	}
	return depth
}

// inside keeps the points that lie in some area: no road goes on outside of all of them.
func inside(c jurisdiction.Current, points []geo.Point) []geo.Point {
	return slices.DeleteFunc(slices.Clone(points), func(p geo.Point) bool { return c.Areas.Leaf(p.Degrees()) < 0 })
}

// common gives how many areas of a chain hold a point.
func common(areas *geo.Index, chain []geo.Holding, p orb.Point) int {
	leaf := areas.Leaf(p)
	if leaf < 0 {
		return 0
	}
	ids := areas.Chain(leaf)
	n := 0
	for n < len(chain) && n < len(ids) && chain[n].ID == ids[n] {
		n++
	}
	return n
}

// area finds an administrative area by its name where the text names nothing finer that is known.
func (f *Found) area(c jurisdiction.Current) {
	if c.Areas == nil {
		return
	}
	for i := len(f.Parsed.Areas) - 1; i >= 0; i-- {
		var ids []geo.ID
		for id := range geo.ID(c.Areas.Len()) {
			if strings.EqualFold(c.Areas.Area(id).Name, f.Parsed.Areas[i].Name) {
				ids = append(ids, id)
			}
		}
		if len(ids) != 1 {
			continue // none, or several of one name
		}
		p, err := geo.Round(c.Areas.Label(ids[0]))
		if err != nil {
			continue
		}
		one := address.Candidate{Text: c.Areas.Area(ids[0]).Name, Grade: address.GradeArea, Point: p, Matched: []address.Part{address.AreaPart}, Unmatched: unmatched(f.Parsed),
			Areas: f.Parsed.Areas[:i+1], Area: c.Areas.Area(ids[0]).Code}
		at := p.Degrees()
		l, err := c.Locate(at[0], at[1], geo.WGS84, 0)
		if err != nil {
			continue
		}
		l.Match.Chain = l.Match.Chain[:min(len(l.Match.Chain), len(c.Areas.Chain(ids[0])))]
		f.Grade, f.Places = address.GradeArea, []Place{{Candidate: one, Located: l}}
		return
	}
}

// unmatched lists what a text states beside areas.
func unmatched(a address.Address) []address.Part {
	var list []address.Part
	for part, stated := range map[address.Part]bool{address.RoadPart: a.Road != "", address.EstatePart: a.Estate != "", address.NumberPart: a.Number.Text != "", address.BuildingPart: a.Building != ""} {
		if stated {
			list = append(list, part)
		}
	}
	slices.Sort(list)
	return list
}

// Suggestion is one way to go on with what somebody types.
type Suggestion struct {
	address.Suggestion
	Located jurisdiction.Located
}

// Complete gives at most limit ways to go on with a text, the nearest to a position first where one is given.
func (d *Desk) Complete(ctx context.Context, c jurisdiction.Current, text string, from *geo.Point, limit int) ([]Suggestion, error) {
	text = strings.TrimSpace(text)
	if err := CheckText("q", text); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxSuggestions {
		return nil, fault.Field("limit", "There are 1 to %d suggestions.", maxSuggestions)
	}
	if c.Gazetteer == "" {
		return nil, nil
	}
	g, err := d.Shelf.Get(ctx, c.Jurisdiction, c.Gazetteer)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	for _, s := range g.Complete(text, from, limit) {
		one := Suggestion{Suggestion: s}
		if c.Areas != nil {
			at := s.Point.Degrees()
			if one.Located, err = c.Locate(at[0], at[1], geo.WGS84, 0); err != nil {
				return nil, err
			}
			one.Located.Match.Chain = one.Located.Match.Chain[:certain(c, one.Located, s.Spread)]
		}
		list = append(list, one)
	}
	return list, nil
}
