package api

import (
	"time"

	"encoding/json"
	"math"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// EdgeRule is the rule for points on edges, as proofs state it.
const EdgeRule = "A point on an edge belongs to the area that holds the point moved east by a little and north by far less."

func viewText(t jurisdiction.Text) Text { return Text{Zh: t.ZH, En: t.EN} }

func viewService(s jurisdiction.Service) Service {
	return Service{ServiceCode: s.Code, Name: viewText(s.Name), Description: viewText(s.Description), Group: viewText(s.Group), Keywords: s.Keywords,
		Questions: viewQuestions(s.Questions), Private: s.Private, ReopenDays: s.ReopenFor(), Class: s.Class}
}

func viewFaults(details []fault.Detail) []Fault {
	var list []Fault
	for _, d := range details {
		f := Fault{Kind: d.Kind, Message: d.Message, Line: d.Line, Rule: d.Rule, Field: d.Field, Reason: d.Reason, Level: d.Level, Code: d.Code, Other: d.Other, Size: d.Size, Unit: d.Unit}
		if d.Feature >= 0 {
			f.Feature = &d.Feature
		}
		f.SameAs = d.Same
		f.Geometry = json.RawMessage(d.Geometry)
		list = append(list, f)
	}
	return list
}

// viewLocated shows where a point lies. answers may be empty.
func viewLocated(l jurisdiction.Located, answers PublicAssignee) Located {
	point := l.Match.Point.Degrees()
	v := Located{Inside: len(l.Match.Chain) > 0, Chain: []Holding{}, Answers: answers, Proof: Proof{
		BoundarySet: l.Set, Lon: point[0], Lat: point[1], Datum: Datum(l.Datum), Accuracy: l.Accuracy, EdgeRule: EdgeRule}}
	for _, h := range l.Match.Chain {
		a := l.Areas.Area(h.ID)
		one := Holding{Level: a.LevelName, Code: a.Code, Name: a.Name, EdgeMetres: centimetres(h.EdgeMetres), OnEdge: h.OnEdge}
		for _, n := range h.Neighbours {
			one.Neighbours = append(one.Neighbours, viewNeighbour(l.Areas, n))
		}
		v.Chain = append(v.Chain, one)
	}
	if l.Match.Nearest != nil {
		v.Nearest = viewNeighbour(l.Areas, *l.Match.Nearest)
	}
	return v
}

// centimetres rounds metres to what the lattice can tell apart.
func centimetres(metres float64) float64 { return math.Round(metres*100) / 100 }

func viewNeighbour(areas *geo.Index, n geo.Neighbour) Neighbour {
	a := areas.Area(n.ID)
	at := n.At.Degrees()
	return Neighbour{Level: a.LevelName, Code: a.Code, Name: a.Name, Metres: centimetres(n.Metres), At: []float64{at[0], at[1]}}
}

// publicAssignee shows who has a report without saying which person. areas is the set that names the area, or nil.
func publicAssignee(a report.Assignee, s *jurisdiction.Settings, areas *geo.Index) PublicAssignee {
	if a.Kind == report.ToQueue {
		return PublicAssignee{Queue: true, Role: viewText(s.Queue)}
	}
	return PublicAssignee{Role: viewText(s.RoleName(a.Role)), Area: areaRef(a.Area, areas)}
}

// areaRef names an area; one that the set does not have, because boundaries have changed since, stands for itself.
func areaRef(code string, areas *geo.Index) AreaRef {
	if areas != nil {
		if id, ok := areas.Find(code); ok {
			a := areas.Area(id)
			return AreaRef{Level: a.LevelName, Code: a.Code, Name: a.Name}
		}
	}
	return AreaRef{Code: code, Name: code}
}

func viewAssignee(a report.Assignee) Assignee {
	return Assignee{Kind: AssigneeKind(a.Kind), Person: a.Person, Name: a.Name, Role: a.Role, Area: a.Area, Because: AssigneeBecause(a.Because)}
}

func viewState(s report.State) QueueItem {
	p := s.Point.Degrees()
	chain := s.Chain
	if chain == nil {
		chain = []string{}
	}
	return QueueItem{Report: s.ID, Version: s.Version, Status: Status(s.Status), ServiceCode: s.Service, FiledAt: s.FiledAt, Lon: p[0], Lat: p[1],
		AddressGrade: AddressGrade(s.Grade), Chain: chain, Assignee: viewAssignee(s.Assignee), BoundarySet: s.Set, Returns: s.Returns,
		Due: instant(s.Due()), DueFor: dueFor(s), Late: s.Late(), Paused: !s.Clock.PausedAt.IsZero(),
		Original: s.Original, Parent: s.Parent, PartsOpen: s.PartsOpen}
}

// dueFor says what the deadline that runs is for; it is empty where none runs.
func dueFor(s report.State) DueFor {
	switch {
	case s.Due().IsZero():
		return ""
	case s.Accepting():
		return DueAccept
	}
	return DueResolve
}

// viewStaff shows a report to staff: its words and history, but of the contact details only that there are some.
func viewStaff(s report.State, b report.Body, events []report.Event) StaffReport {
	q := viewState(s)
	v := StaffReport{Report: q.Report, Version: q.Version, Status: q.Status, ServiceCode: q.ServiceCode, FiledAt: q.FiledAt, Lon: q.Lon, Lat: q.Lat,
		Chain: q.Chain, Assignee: q.Assignee, BoundarySet: q.BoundarySet, Returns: q.Returns,
		Due: q.Due, DueFor: q.DueFor, Late: q.Late, Paused: q.Paused, Original: q.Original, Parent: q.Parent, PartsOpen: q.PartsOpen, Class: s.Clock.Class, AcceptBy: instant(s.Clock.AcceptBy), ResolveBy: instant(s.Clock.ResolveBy),
		PausedAt: instant(s.Clock.PausedAt), Description: b.Description, PublicWords: publicWords(s, b), Answers: b.Answers, Links: b.Links, Address: b.Address, AddressGrade: AddressGrade(s.Grade), Source: b.Source, Number: b.Number, HasContact: s.HasContact, Events: []Event{},
		Stage: StaffReportStage(s.Status.Stage()), Final: s.Final, Answering: viewAssignee(s.Answering()), ReopenUntil: instant(s.ReopenUntil)}
	for _, e := range events {
		if e.Kind == report.Resolve || e.Kind == report.Close || e.Kind == report.Reject {
			v.Finisher = e.Who
		}
		one := Event{Version: e.Version, At: e.At, Kind: EventKind(e.Kind), Status: Status(e.Status), Who: e.Who, Operation: e.Op,
			Code: e.Code, Reason: e.Reason, Reply: e.Reply, Refs: e.Refs, Photo: e.Photo, Rule: e.Rule, RulesVersion: e.Rules, After: viewAssignee(e.After), Area: e.Area, AreaBefore: e.AreaBefore}
		if e.Before != nil {
			one.Before = viewAssignee(*e.Before)
		}
		v.Events = append(v.Events, one)
	}
	return v
}

// instant gives a time that may be absent.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// publicWords gives what anybody may read of what a report says; empty where that is nothing.
func publicWords(s report.State, b report.Body) string {
	if !s.Words || !s.Public() {
		return ""
	}
	return b.Public
}

// viewPublic shows of a report what anybody may see: no persons, and no words but those that its reporter agreed to.
func viewPublic(s report.State, words string) PublicFeature {
	p := s.Point.Degrees()
	f := PublicFeature{Type: "Feature", ID: s.ID, Geometry: PointGeometry{Type: "Point", Coordinates: []float64{p[0], p[1]}}}
	f.Properties.ServiceCode, f.Properties.Status = s.Service, Status(s.Status)
	f.Properties.FiledAt, f.Properties.BoundarySet = s.FiledAt, s.Set
	f.Properties.Words = words
	if len(s.Chain) > 0 {
		f.Properties.Area = s.Chain[len(s.Chain)-1]
	}
	return f
}

func viewJurisdiction(c jurisdiction.Current) Jurisdiction {
	s := c.Settings
	v := Jurisdiction{Jurisdiction: c.Jurisdiction, Name: viewText(s.Name), Synthetic: s.Synthetic, TimeZone: s.TimeZone, Queue: viewText(s.Queue),
		QueueLevel: s.QueueLevel, Services: []Service{}, BoundarySet: c.Boundaries}
	for _, l := range s.Levels {
		v.Levels = append(v.Levels, LevelName{Level: l.Code, Name: viewText(l.Name)})
	}
	for _, r := range s.Roles {
		v.Roles = append(v.Roles, RoleName{Role: r.Code, Name: viewText(r.Name), Partner: r.Partner})
	}
	for _, one := range s.Services {
		v.Services = append(v.Services, viewService(one))
	}
	for _, one := range s.Classes {
		v.Classes = append(v.Classes, DeadlineClass{Code: one.Code, Name: viewText(one.Name), AcceptWithin: one.AcceptWithin, ResolveWithin: one.ResolveWithin,
			WarnBefore: one.WarnBefore, EscalateAfter: one.EscalateAfter, AroundTheClock: one.AroundTheClock})
	}
	v.Calendar = viewCalendar(s.Calendar)
	if c.Areas != nil {
		b := c.Areas.Bound()
		v.Bbox = []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	}
	return v
}

func settingsOf(in JurisdictionInput) jurisdiction.Settings {
	text := textOf
	s := jurisdiction.Settings{Name: text(in.Name), Synthetic: in.Synthetic, TimeZone: in.TimeZone, Queue: text(in.Queue), QueueLevel: in.QueueLevel}
	for _, l := range in.Levels {
		s.Levels = append(s.Levels, jurisdiction.Named{Code: l.Level, Name: text(l.Name)})
	}
	for _, r := range in.Roles {
		s.Roles = append(s.Roles, jurisdiction.Role{Named: jurisdiction.Named{Code: r.Role, Name: text(r.Name)}, Partner: r.Partner})
	}
	for _, v := range in.Services {
		s.Services = append(s.Services, jurisdiction.Service{Code: v.ServiceCode, Name: text(v.Name), Description: text(v.Description), Group: text(v.Group),
			Keywords: v.Keywords, Questions: questionsOf(v.Questions), Private: v.Private, ReopenDays: v.ReopenDays, Class: v.Class})
	}
	for _, v := range in.Classes {
		s.Classes = append(s.Classes, jurisdiction.Class{Code: v.Code, Name: text(v.Name), AcceptWithin: v.AcceptWithin, ResolveWithin: v.ResolveWithin,
			WarnBefore: v.WarnBefore, EscalateAfter: v.EscalateAfter, AroundTheClock: v.AroundTheClock})
	}
	s.Calendar = calendarOf(in.Calendar)
	return s
}

func viewCalendar(r calendar.Rules) Calendar {
	v := Calendar{HolidaysOf: r.HolidaysOf}
	for _, day := range r.Weekdays {
		v.Weekdays = append(v.Weekdays, CalendarWeekdays(day))
	}
	for _, h := range r.Hours {
		v.Hours = append(v.Hours, Hours(h))
	}
	for _, d := range r.Holidays {
		v.Holidays = append(v.Holidays, Days(d))
	}
	for _, d := range r.WorkDays {
		v.WorkDays = append(v.WorkDays, Days(d))
	}
	return v
}

func calendarOf(v Calendar) calendar.Rules {
	r := calendar.Rules{HolidaysOf: v.HolidaysOf}
	for _, day := range v.Weekdays {
		r.Weekdays = append(r.Weekdays, string(day))
	}
	for _, h := range v.Hours {
		r.Hours = append(r.Hours, calendar.Hours(h))
	}
	for _, d := range v.Holidays {
		r.Holidays = append(r.Holidays, calendar.Days(d))
	}
	for _, d := range v.WorkDays {
		r.WorkDays = append(r.WorkDays, calendar.Days(d))
	}
	return r
}

func viewSet(s boundary.Set) BoundarySet {
	return BoundarySet{Set: s.Version, Status: BoundarySetStatus(s.Status), CreatedAt: s.CreatedAt, PublishedAt: s.PublishedAt, Bytes: s.Bytes,
		Areas: s.Areas, Vertices: s.Vertices, Levels: s.Levels, Bbox: s.Bound[:], Warnings: viewFaults(s.Warnings),
		PlannedFrom: instant(s.Plan.From), PlanFailed: s.Plan.Failed, Note: s.Note}
}

func viewDuty(d assignment.Duty) (Duty, error) {
	v := Duty{Area: d.Area, Role: d.Role, Person: d.Person, Name: d.Name, Deputies: d.Deputies}
	for _, a := range d.Away {
		var one Absence
		if err := one.From.UnmarshalText([]byte(a.From)); err != nil {
			return v, err
		}
		if err := one.To.UnmarshalText([]byte(a.To)); err != nil {
			return v, err
		}
		v.Away = append(v.Away, one)
	}
	for _, shift := range d.Shifts {
		v.Shifts = append(v.Shifts, shift.String())
	}
	if s := d.Station; s != nil {
		v.Station.Name = s.Name
		if s.At != nil {
			v.Station.At = s.At[:]
		}
	}
	return v, nil
}

func mappingOf(m BoundaryMapping) geo.Mapping {
	g := geo.Mapping{Datum: geo.Datum(m.Datum), Slack: m.Slack}
	for _, l := range m.Levels {
		one := geo.LevelMapping{Level: l.Level, Code: l.Code, Name: l.Name, Parent: l.Parent, ParentPrefix: l.ParentPrefix, Households: l.Households}
		if l.When != (FeatureCondition{}) {
			one.When = &geo.When{Property: l.When.Property, Equals: l.When.Equals}
		}
		g.Levels = append(g.Levels, one)
	}
	return g
}
