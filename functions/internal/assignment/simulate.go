package assignment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Simulator tries rules on reports that were filed before. All fields are needed.
type Simulator struct {
	Router *Router
	Feed   Feed
	Bodies BodyReader
	Now    func() time.Time
	Step   int // how many changes are read of the feed at a time
}

// Bounds of a simulation.
const (
	MaxDays   = 31
	trialSize = 2  // steps of reports in one answer
	trialRead = 20 // steps of changes
)

// Trial asks what rules would have made of what was filed in some days up to now, or what comes after the cursor of the answer before.
type Trial struct {
	Rules  []Rule
	Days   int
	Cursor string
}

// Simulation is what a draft of rules would have done. Both the draft and the rules in force are asked about each report as it is now, at the
// moment when it was filed and with today's roster, so that what differs is the rules' doing. Parts of a split report are left out:
// whoever split it says who has them.
type Simulation struct {
	Since, Until time.Time
	Reports      int   // how many were looked at
	ByRule       []int // how many each rule of the draft decides about, in their order
	Handovers    []Handover
	Table        []HandoverCount // of the handovers, most first
	Next         string          // cursor to go on with; empty when all of the days were looked at
}

// Handover is a report that the draft gives to somebody else, or other deadlines, than the rules in force.
type Handover struct {
	State    report.State
	From, To report.Routing
}

// HandoverCount is how many reports would go from one to another; for reports that only get other deadlines the two are the same.
type HandoverCount struct {
	From, To report.Assignee
	Reports  int
}

// Run tries a draft. Wrong rules are a fault, as they are for RuleDesk.Put.
func (m *Simulator) Run(ctx context.Context, c jurisdiction.Current, in Trial) (Simulation, error) {
	if in.Days < 1 || in.Days > MaxDays {
		return Simulation{}, fault.Field("days", "A draft is tried on reports of the last 1 to %d days.", MaxDays)
	}
	book, err := m.Router.draft(ctx, c, in.Rules)
	if err != nil {
		return Simulation{}, err
	}
	now, err := m.Router.deciding(ctx, c, c.Rules)
	if err != nil {
		return Simulation{}, err
	}
	until := m.Now().UTC().Truncate(time.Millisecond)
	sim := Simulation{Since: until.AddDate(0, 0, -in.Days), Until: until, ByRule: make([]int, len(in.Rules))}
	after := in.Cursor
	if after == "" {
		after = m.Feed.KeyAt(sim.Since)
	}
	draft := decidingBy(book, "", now.roster, c.Settings)
	for page := 0; ; page++ {
		changes, more, err := m.Feed.Changes(ctx, c.Jurisdiction, after, m.Step)
		if err != nil {
			return Simulation{}, err
		}
		if err := m.try(ctx, c, draft, now, changes, &sim); err != nil {
			return Simulation{}, err
		}
		if !more {
			break
		}
		after = changes[len(changes)-1].Key
		if page+1 == trialRead || sim.Reports+m.Step > trialSize*m.Step {
			sim.Next = after
			break
		}
	}
	sim.count()
	return sim, nil
}

// try decides about the reports that were filed among some changes.
func (m *Simulator) try(ctx context.Context, c jurisdiction.Current, draft, now deciding, changes []Change, sim *Simulation) error {
	var filed []string
	for _, change := range changes {
		if change.Version == 1 {
			filed = append(filed, change.Report)
		}
	}
	states, err := m.Feed.States(ctx, c.Jurisdiction, filed)
	if err != nil {
		return err
	}
	var bodies map[string]report.Body
	if draft.book.answers || now.book.answers {
		if bodies, err = m.Bodies.Bodies(ctx, filed); err != nil {
			return err
		}
	}
	for _, s := range states {
		if s.Parent != "" {
			continue
		}
		sim.Reports++
		matter := report.Matter{Service: s.Service, Chain: s.Chain, Areas: c.Areas, Answers: bodies[s.ID].Answers, At: s.FiledAt}
		from, to := now.route(matter), draft.route(matter)
		if to.Rule > 0 { // or its service or its areas are no more
			sim.ByRule[to.Rule-1]++
		}
		if !Same(from.Assignee, to.Assignee) || from.Class != to.Class {
			sim.Handovers = append(sim.Handovers, Handover{State: s, From: from, To: to})
		}
	}
	return nil
}

// count sums the handovers up.
func (s *Simulation) count() {
	at := map[[2]report.Assignee]int{}
	for _, h := range s.Handovers {
		pair := [2]report.Assignee{h.From.Assignee, h.To.Assignee}
		pair[0].Because, pair[1].Because = "", ""
		i, ok := at[pair]
		if !ok {
			i = len(s.Table)
			at[pair] = i
			s.Table = append(s.Table, HandoverCount{From: pair[0], To: pair[1]})
		}
		s.Table[i].Reports++
	}
	slices.SortStableFunc(s.Table, func(a, b HandoverCount) int { return cmp.Compare(b.Reports, a.Reports) })
}
