package report

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// Tracked is what whoever holds the tracking code may see. It has no contact details and no person's id.
type Tracked struct {
	State    State
	Body     Body
	Events   []Event
	Original *State     // the report that this one repeats, at the end of the line; nil otherwise
	Areas    *geo.Index // the set under which State.Chain holds; nil where there was none
	Settings *jurisdiction.Settings
}

// Track finds a report by its tracking code. A code that is wrong, malformed or of another jurisdiction gets the same answer
// after the same work as one that does not exist: a fault with code fault.Unknown. sender says where the request came from, for counting
// only; whoever gave too many wrong codes gets a fault with code fault.TooMany. An empty one is not counted.
func (d *Desk) Track(ctx context.Context, code, trackingCode, sender string) (Tracked, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Tracked{}, err
	}
	s, body, err := d.find(ctx, c.Jurisdiction, trackingCode, sender)
	if err != nil {
		return Tracked{}, err
	}
	return d.show(ctx, c, s, body)
}

// Look shows a report, by its id, to somebody who may see as much as whoever holds its tracking code. An absent one is a fault with code
// fault.Unknown.
func (d *Desk) Look(ctx context.Context, code, id string) (Tracked, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Tracked{}, err
	}
	s, body, err := d.Reader.Report(ctx, c.Jurisdiction, id)
	if err != nil {
		return Tracked{}, err
	}
	return d.show(ctx, c, s, body)
}

func (d *Desk) show(ctx context.Context, c jurisdiction.Current, s State, body Body) (t Tracked, err error) {
	t = Tracked{State: s, Body: body, Settings: c.Settings}
	if t.Events, err = d.Reader.Events(ctx, s.ID); err != nil {
		return Tracked{}, err
	}
	if t.Original, err = d.original(ctx, t.State); err != nil {
		return Tracked{}, err
	}
	if t.State.Set != "" {
		t.Areas, err = d.Books.Areas(ctx, c.Jurisdiction, t.State.Set)
	}
	return t, err
}

// Find gives the state of a report by its tracking code, under the same rules as Track.
func (d *Desk) Find(ctx context.Context, code, trackingCode, sender string) (State, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return State{}, err
	}
	s, _, err := d.find(ctx, c.Jurisdiction, trackingCode, sender)
	return s, err
}

func (d *Desk) find(ctx context.Context, code, trackingCode, sender string) (State, Body, error) {
	if err := d.guessing(ctx, code, sender); err != nil {
		return State{}, Body{}, err
	}
	found, err := d.Store.Tracked(ctx, code, d.Secrets.Hash(code, trackingCode))
	if err == nil && found == nil {
		err = d.guessed(ctx, code, sender)
	}
	if err == nil && found == nil {
		err = &fault.Error{Code: fault.Unknown, Field: "code", Message: "No report has this tracking code. Please check it letter by letter."}
	}
	if err != nil {
		return State{}, Body{}, err
	}
	return d.Reader.Report(ctx, code, found.Report)
}

// mostOriginals bounds how far originals are followed that were found to be duplicates later.
const mostOriginals = 10

// original follows a duplicate to the report that it repeats; nil where it repeats none.
func (d *Desk) original(ctx context.Context, s State) (*State, error) {
	if s.Original == "" {
		return nil, nil
	}
	for range mostOriginals {
		next, _, err := d.Reader.Report(ctx, s.Jurisdiction, s.Original)
		if err != nil {
			return nil, err
		}
		if s = next; s.Original == "" {
			break
		}
	}
	return &s, nil
}

// PublicQuery asks for open reports by area or by bounding box; exactly one of them.
type PublicQuery struct {
	Area  string
	Bound *orb.Bound // degrees, WGS 84
	After string
	Limit int
	Words bool // also what anybody may read of what they say
}

// PublicPage is a page of a public list.
type PublicPage struct {
	States       []State
	Words        map[string]string // by report, of those whose reporters agreed, where that was asked for
	Next         string            // cursor of the next page; empty after the last
	SupersededBy []string          // codes of the areas that have the ground of the area that was asked for, where that is of an earlier boundary set
}

// Public lists open reports that are not private, oldest first. What of a State may be shown is the api's public view: no persons, and of the
// words no more than Words of the page.
func (d *Desk) Public(ctx context.Context, code string, q PublicQuery) (PublicPage, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return PublicPage{}, err
	}
	p := Page{Jurisdiction: c.Jurisdiction, After: q.After, Limit: q.Limit}
	switch {
	case (q.Area != "") == (q.Bound != nil):
		return PublicPage{}, fault.Field("area", "Give either area or bbox.")
	case q.Area != "":
		areas, ok := c.QueueAreasUnder(q.Area)
		if !ok {
			return PublicPage{}, c.UnknownArea("area", q.Area)
		}
		p.QueueAreas = areas
		p.Keep = func(s State) bool { return s.Public() && s.Today(c).In(q.Area) }
	default:
		p.QueueAreas = c.QueueAreasMeeting(*q.Bound)
		p.Keep = func(s State) bool { return s.Public() && q.Bound.Contains(s.Point.Degrees()) }
	}
	states, next, err := d.Lister.List(ctx, p)
	if err != nil {
		return PublicPage{}, err
	}
	page := PublicPage{States: states, Next: next, SupersededBy: c.Succession[q.Area]}
	if q.Words {
		page.Words, err = d.publicWords(ctx, states)
	}
	return page, err
}

// publicWords reads what anybody may read of what some reports say.
func (d *Desk) publicWords(ctx context.Context, states []State) (map[string]string, error) {
	var ids []string
	for _, s := range states {
		if s.Words && s.Public() {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	bodies, err := d.Bodies.Bodies(ctx, ids)
	words := map[string]string{}
	for id, body := range bodies {
		words[id] = body.Public
	}
	return words, err
}

// Latest gives the newest open reports that are not private, of an area or, without one, of the whole jurisdiction, newest first.
func (d *Desk) Latest(ctx context.Context, code, area string, most int) (jurisdiction.Current, []State, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return c, nil, err
	}
	p := Page{Jurisdiction: c.Jurisdiction, Limit: most, Newest: true, QueueAreas: c.AllQueueAreas(), Keep: State.Public}
	if area != "" {
		areas, ok := c.QueueAreasUnder(area)
		if !ok {
			return c, nil, &fault.Error{Code: fault.Unknown, Field: "area", Message: "There is no such area in the boundary set in force."}
		}
		p.QueueAreas = areas
		p.Keep = func(s State) bool { return s.Public() && s.Today(c).In(area) }
	}
	states, _, err := d.Lister.List(ctx, p)
	return c, states, err
}

// Public reports whether anybody may see that there is this report. Of one that was split they see the whole.
func (s State) Public() bool { return !s.Private && s.Parent == "" && s.Grade != Unplaced }

// Certain leaves of where the report's point lies what is known of the report itself: its point may stand for a whole street or estate.
func (s State) Certain(l jurisdiction.Located) jurisdiction.Located {
	if s.Grade != "" {
		l.Match.Chain = l.Match.Chain[:min(len(s.Chain), len(l.Match.Chain))]
	}
	return l
}

// Today gives the report with Ground. Between a change of boundaries and the re-homing a report belongs to those who hold the areas it was filed in
// and to those who hold its ground now, so that no list loses it.
func (s State) Today(c jurisdiction.Current) State {
	if s.Set == c.Boundaries || c.Areas == nil || s.Grade == Unplaced {
		return s
	}
	at := s.Point.Degrees()
	if l, err := c.Locate(at[0], at[1], geo.WGS84, 0); err == nil {
		s.Ground = s.Certain(l).Chain()
	}
	return s
}

// Areas gives the codes of the areas that the report lies in, of its chain and of its ground.
func (s State) Areas() []string {
	if len(s.Ground) == 0 {
		return s.Chain
	}
	return slices.Concat(s.Chain, s.Ground)
}

// In reports whether the report lies in the area: the code is in its chain or its ground, or is the queue area of reports outside every area.
func (s State) In(area string) bool {
	return slices.Contains(s.Chain, area) || slices.Contains(s.Ground, area) || s.QueueArea == area
}
