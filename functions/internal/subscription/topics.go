package subscription

import (
	"slices"

	"github.com/weige/weige/functions/internal/report"
)

// told are the statuses whose beginning a follower of a report is told. What goes on between the city and its staff, such as a return,
// is not among them.
var told = []report.Status{report.Assigned, report.InProgress, report.Resolved, report.Closed, report.Rejected, report.Duplicate, report.Reopened}

// ends are the statuses in which a report needs nothing more.
var ends = []report.Status{report.Closed, report.Rejected, report.Duplicate}

// news reports whether a follower of the report is told of an event: where it stands now is another thing than before, or somebody wrote
// them a reply.
func news(e report.Event) bool {
	return e.Kind != report.Filed && slices.Contains(told, e.Status) && (e.Status != e.StatusBefore || e.Reply != "")
}

// beginsOrEnds reports whether followers of the area are told.
func beginsOrEnds(e report.Event) bool {
	return e.Kind == report.Filed || slices.Contains(ends, e.Status) && e.Status != e.StatusBefore
}

// handedOver reports whether an event gave the report to a person who did not have it before and did not take it themselves.
func handedOver(e report.Event) bool {
	return e.After.Kind == report.ToPerson && e.After.Person != e.Who && (e.Before == nil || e.Before.Person != e.After.Person)
}

// toDecide reports whether an event leaves the report to the dispatchers.
func toDecide(e report.Event) bool {
	return e.After.Kind == report.ToQueue && (e.Before == nil || e.Before.Kind != report.ToQueue || e.Kind == report.Return)
}

// comesBack reports whether an event opens a finished report again.
func comesBack(e report.Event) bool {
	return e.Status == report.Reopened && e.StatusBefore != report.Reopened
}

// topicsOf gives what an event is of interest to, staff first: where one address follows several of them, it is told once, as follower of
// the first. s is the report as it is now; finisher is who resolved, closed or rejected it before, of one that comes back.
func topicsOf(e report.Event, s report.State, finisher string) []Topic {
	var topics []Topic
	add := func(k Kind, of string) {
		if t := (Topic{k, of}); of != "" && !slices.Contains(topics, t) {
			topics = append(topics, t)
		}
	}
	if handedOver(e) || (e.Kind == report.Warn || e.Kind == report.Lapse || comesBack(e)) && e.After.Person != e.Who {
		add(OfPerson, e.After.Person)
	}
	if comesBack(e) && finisher != e.Who {
		add(OfPerson, finisher)
	}
	if toDecide(e) || comesBack(e) || e.Kind == report.Lapse || e.Kind == report.Escalate {
		for _, area := range s.Chain {
			add(OfWatch, area)
		}
		add(OfWatch, Everywhere)
	}
	if news(e) && s.Parent == "" {
		add(OfReport, s.ID)
	}
	if beginsOrEnds(e) && s.Public() {
		for _, area := range s.Chain {
			add(OfArea, area)
		}
	}
	return topics
}

// finisherOf gives who ended a report before an event; empty where nobody with an account did.
func finisherOf(events []report.Event, before int64) (who string) {
	for _, e := range events {
		ended := e.Kind == report.Resolve || e.Kind == report.Close || e.Kind == report.Reject || e.Kind == report.Repeat
		if ended && e.Version < before && e.Who != report.Resident && e.Who != report.Clockwork {
			who = e.Who
		}
	}
	return who
}
