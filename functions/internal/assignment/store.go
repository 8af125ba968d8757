package assignment

import (
	"context"
	"time"

	"github.com/weige/weige/functions/internal/report"
)

// Move is one change of a report's assignee: the state it leads to and the event that records it.
type Move struct {
	State report.State // Version is one more than the version it replaces; 1 for a new report
	Event report.Event
	Body  report.Body // of a new report; of no meaning otherwise

	// Original has to be there, in the same jurisdiction, and be no duplicate; empty for none.
	Original string
	// With are moves of other reports that are made in the same transaction, and new reports.
	With []Move
}

// Mover writes moves.
type Mover interface {
	// Move writes state and event in one transaction, on the condition that the stored version is State.Version-1. When that
	// does not hold and an event of this report with the same operation id exists, the move was made before: it gives the
	// stored state and Done. When it does not hold otherwise it gives the stored state and ChangedMeanwhile. The same goes for
	// Original, where that does not hold, and for the moves of With; the state that is given is always that of m.State.
	// An error means that the outcome is unknown; calling again with the same Move is always safe.
	Move(ctx context.Context, m Move) (report.State, Outcome, error)
}

// Outcome of a move.
type Outcome int

// The outcomes of a move.
const (
	Done             Outcome = iota + 1 // the move holds, by this call or an earlier one with the same operation id
	ChangedMeanwhile                    // somebody else was first; nothing was written
)

// AssigneeLister lists the open reports that one person has, oldest first; areas and queue are not looked at.
type AssigneeLister interface {
	ListAssigned(ctx context.Context, jurisdiction, person, after string, limit int, keep func(report.State) bool) (states []report.State, next string, err error)
}

// Reading is one look at somebody's contact details.
type Reading struct {
	ID     string // unique
	Report string
	At     time.Time
	Who    string
	Reason string
}

// ContactReader reads sealed contact details, and only together with a log entry: the entry is stored before the details are
// read. Expired or absent details are nil.
type ContactReader interface {
	ReadContact(ctx context.Context, r Reading) ([]byte, error)
}

// ReadingLister gives the latest readings of a report's contact details, the latest first.
type ReadingLister interface {
	Readings(ctx context.Context, report string, most int) ([]Reading, error)
}

// Count is what lies in one queue area.
type Count struct {
	QueueArea string
	Open      int64
	Waiting   int64 // of these, with nobody assigned
	Late      int64 // of these, past the deadline that runs
}

// Counter reads the counters of queue areas; areas without reports may be left out.
type Counter interface {
	Counts(ctx context.Context, jurisdiction string, queueAreas []string) ([]Count, error)
}

// Tally applies events to the counters exactly once in effect, however often and late they are delivered: an event whose version was counted
// before changes nothing, and one that arrives before its predecessor is refused, to be delivered again.
type Tally interface {
	// Tally takes events of one report in their order. It counts many at once, because the counters of a busy area are few items. early are
	// those that are refused. After an error any of them may have been counted.
	Tally(ctx context.Context, all []Counting) (early []Counting, err error)
}

// Counting is an event with what it does to the counters of queue areas.
type Counting struct {
	Event   report.Event
	Changes map[string]CountChange
}

// CountChange is what an event does to the counters of a queue area on its day.
type CountChange struct {
	Filed, Open, Waiting, Late int64
}

// DueLister finds what the clock has to look at.
type DueLister interface {
	// Due calls each with the state, as it is now, of every report whose Clock.Next is not after until, in no certain order. An error of
	// each ends it. One that the index has and the table no longer has with that time is left out.
	Due(ctx context.Context, until time.Time, each func(report.State) error) error
	// Postpone changes nothing of a report but when the clock looks at it next, zero for never, if its version is still that of s.
	Postpone(ctx context.Context, s report.State, next time.Time) error
}

// Change is one event as the feed names it.
type Change struct {
	Report  string
	Version int64
	At      time.Time
	Key     string // its place in the order of the feed
}

// Feed reads events of a jurisdiction in the order of their time, and within a report in that of their versions.
type Feed interface {
	// Changes gives at most limit changes after a key, and whether there are more.
	Changes(ctx context.Context, jurisdiction, after string, limit int) (changes []Change, more bool, err error)
	// KeyAt gives the key before everything that happened at an instant or later.
	KeyAt(at time.Time) string
	// Event reads one event.
	Event(ctx context.Context, report string, version int64) (report.Event, error)
	// States reads reports as they are now, by their ids; absent ones, and those of other jurisdictions, are left out.
	States(ctx context.Context, jurisdiction string, ids []string) ([]report.State, error)
}

// BodyReader reads what many reports say.
type BodyReader interface {
	// Bodies gives what reports say, by their ids; absent ones are left out.
	Bodies(ctx context.Context, ids []string) (map[string]report.Body, error)
}
