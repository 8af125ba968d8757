// Package report holds a report from the moment it is filed: what it says, where it lies, who has it, and what of it the public
// and its reporter may see.
package report

import (
	"context"
	"time"

	"github.com/weige/weige/geo"
)

// Status is where a report stands; case.go draws the ways between them.
type Status string

// The statuses a report can have.
const (
	Received   Status = "received"    // waits in the queue, nobody has it yet
	Assigned   Status = "assigned"    // a person has it
	InProgress Status = "in_progress" // and has accepted it
	Returned   Status = "returned"    // that person says it is not theirs; the dispatcher, or the level above, decides
	Reopened   Status = "reopened"    // it was called done and is not
	Resolved   Status = "resolved"    // the person calls it done; the dispatcher checks
	Closed     Status = "closed"
	Rejected   Status = "rejected"  // nothing the city will do anything about
	Duplicate  Status = "duplicate" // the same is reported elsewhere, see State.Original
)

// AssigneeKind tells a person from a queue.
type AssigneeKind string

// The kinds of assignee.
const (
	ToPerson AssigneeKind = "person"
	ToQueue  AssigneeKind = "queue"
)

// Because says why it was this assignee.
type Because string

// The reasons for an assignee.
const (
	OnDuty       Because = "duty"       // on duty for the smallest area
	AsDeputy     Because = "deputy"     // deputises for somebody who is away
	OfParent     Because = "parent"     // nobody there was available, so it went to a larger area
	NobodyThere  Because = "queue"      // nobody was available on any level
	ByDispatcher Because = "reassigned" // somebody decided
	SentBack     Because = "returned"   // it was returned, and has to be decided on
	TookTooLong  Because = "escalated"  // a deadline passed, and it went to the level above
	ByRule       Because = "rule"       // a routing rule names them, or their role
	Unfilled     Because = "unfilled"   // a routing rule names somebody, but nobody of those was there; whoever is on duty has it
)

// Assignee is who has a report. There is exactly one at any time, kept in State alone.
type Assignee struct {
	Kind    AssigneeKind
	Person  string // the person's id; empty for a queue
	Name    string // as the roster gives it
	Role    string
	Area    string // code of the area whose roster named the person; empty for a queue
	Because Because
}

// Queue is the jurisdiction's own desk as assignee.
func Queue(because Because) Assignee { return Assignee{Kind: ToQueue, Because: because} }

// Status gives the status of an open report with this assignee.
func (a Assignee) Status() Status {
	if a.Kind == ToPerson {
		return Assigned
	}
	return Received
}

// State is what changes about a report, and what lists show of it; at most 1 KB when stored. Version starts at 1 and rises by one
// with every event.
type State struct {
	ID           string // UUID, version 7
	Jurisdiction string
	Version      int64
	Status       Status
	Service      string
	Private      bool      // never in public lists
	Point        geo.Point // WGS 84, 1e-7 degree
	Grade        string    // how exactly an address was found, where that decides how much of Chain is known (address.Grade; Unplaced); empty for a point
	Set          string    // boundary set under which Chain holds; empty when there was none
	Chain        []string  // area codes, coarse to fine; empty outside every area
	QueueArea    string    // the area under which it is listed, see jurisdiction.Current.QueueArea
	Assignee     Assignee
	FiledAt      time.Time // UTC, milliseconds
	HasContact   bool
	Returns      int       // how often it was returned
	Final        bool      // the level above decided on a second return: it cannot be returned again
	First        *Assignee // who answers the resident, where that is not the assignee; without name
	ReopenUntil  time.Time // until when the resident may reopen it, UTC, whole seconds; zero while there is nothing to reopen
	Original     string    // id of the report that this one repeats; empty otherwise
	Parent       string    // id of the report of which this is a part; empty otherwise
	PartsOpen    int       // of a report that was split: how many of its parts are not finished
	ChangedAt    time.Time // when this version was made; never before the version before it. UTC, milliseconds
	Clock        Clock     // its deadlines; zero where its service has none
	Class        string    // class of deadlines that a routing rule set, see jurisdiction.Settings.PaceOf; empty for the one of its service
	Photo        string    // id of the first of its photos that staff released for everybody; empty while there is none
	Words        bool      // anybody may read Body.Public: the reporter agreed, and nobody took it back
	LastOp       string    // mark of the operation that made this version, see OpMark
	Ground       []string  // codes of the areas in force that hold Point, where those of Chain are of an earlier set; see Today. It is not stored
}

// Body is what a report says. It never changes.
type Body struct {
	Description string
	Locale      string              // "zh" or "en"; empty when unknown
	Answers     map[string][]string // to the questions of its service, by the question's code
	Source      string              // the other system that it was imported from; empty for none
	Number      string              // what it is called there
	Address     string              // as the reporter wrote it; empty where there is only a point
	Links       []string            // addresses of photos that another application named; nobody here has looked at them
	Public      string              // of the description what anybody may read while State.Words says so, see personal.Public; empty where the reporter did not agree
}

// Unplaced is the grade of a report whose address was not found: it waits in the jurisdiction's queue, and its point is only where a map
// opens.
const Unplaced = "none"

// Contact is how to reach the reporter. It is stored apart, sealed, and expires.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
}

// Empty reports whether there is nothing to store.
func (c Contact) Empty() bool { return c == Contact{} }

// EventKind says what happened.
type EventKind string

// The kinds of event.
const (
	Filed      EventKind = "filed"
	Reassigned EventKind = "reassigned"
	Accept     EventKind = "accepted"
	Return     EventKind = "returned"
	Resolve    EventKind = "resolved"
	Close      EventKind = "closed"
	Reject     EventKind = "rejected"
	Reopen     EventKind = "reopened"
	Pause      EventKind = "paused"
	Resume     EventKind = "resumed"
	Remark     EventKind = "remarked"  // words for colleagues, and nothing else
	Warn       EventKind = "warned"    // a deadline is near
	Lapse      EventKind = "late"      // a deadline passed
	Escalate   EventKind = "escalated" // it went to the level above, or would have
	Repeat     EventKind = "duplicate" // it says the same as another report
	Correct    EventKind = "corrected" // its place or service was wrong
	Rehomed    EventKind = "rehomed"   // boundaries changed, and it went where its ground is now (改派)
	Split      EventKind = "split"
	PartDone   EventKind = "part_finished"
	PartBack   EventKind = "part_reopened"
	Note       EventKind = "noted"     // the reporter adds words (补充)
	Confirm    EventKind = "confirmed" // the reporter is satisfied
	Pictured   EventKind = "photo_added"
	Released   EventKind = "photo_released"  // staff found that anybody may see it
	Withdrawn  EventKind = "photo_withdrawn" // and took that back
	Hushed     EventKind = "words_withdrawn" // nobody but staff and the reporter reads its words any more
)

// Event is one entry of the append-only history. It is self-contained: whoever reads it from the stream needs no other item.
type Event struct {
	Report       string
	Jurisdiction string
	Version      int64 // of the state that it made
	At           time.Time
	Kind         EventKind
	Who          string    // a person's id, or Resident
	Op           string    // operation id: the same operation never makes two events
	Code         string    // reason code, for kinds that have some
	Reason       string    // words for staff
	Reply        string    // words for the resident
	Before       *Assignee // nil on Filed
	After        Assignee
	StatusBefore Status // empty on Filed
	Status       Status // after it
	LateBefore   bool   // see State.Late
	Late         bool   // after it
	QueueArea    string // after it
	QueueBefore  string // where that was another one
	Area         string // the smallest area it lies in after it, where that was another one before
	AreaBefore   string
	Service      string
	Refs         []string // ids of other reports it is about: the original, the parts, the part
	Photo        string   // id of the photo it is about; empty where it is about none
	Rule         int      // number, from 1, of the routing rule that decided; 0 where none did
	Rules        string   // version of the rules of which it is one; empty where the jurisdiction had none
}

// Who of events that no person with an account made.
const (
	Resident  = "resident" // a reporter
	Clockwork = "clock"    // the sweep over the deadlines
)

// Filing is all that one transaction writes when a report is filed.
type Filing struct {
	State        State
	Body         Body
	Contact      []byte // sealed; nil when none was given
	ContactUntil time.Time
	Photos       []string // ids of photos that it claims
	Event        Event
	Tracking     Tracking
}

// Tracking leads from a tracking code to its report. Because the code is derived from the sender's idempotency key, it is the record
// of that key too: a second filing with the same key meets it.
type Tracking struct {
	Hash         string // HMAC of the tracking code; the code itself is stored nowhere
	Jurisdiction string
	Report       string
	Request      string // keyed digest of what was filed, see Secrets.Request
}

// Store keeps reports. All writes are conditional.
type Store interface {
	// File writes everything in one transaction. Where another report has the same Tracking.Hash, it writes nothing and gives
	// that report's record; otherwise it gives nil. Photos that it cannot have are a fault. An error means that the outcome is unknown or that nothing was written;
	// calling again with the same Filing is always safe.
	File(ctx context.Context, f Filing) (*Tracking, error)
	// Tracked gives the record with this tracking hash, or nil where the jurisdiction has none.
	Tracked(ctx context.Context, jurisdiction, hash string) (*Tracking, error)
}

// Reader reads one report. Absent reports, and reports of another jurisdiction, are a fault with code fault.Unknown.
type Reader interface {
	Report(ctx context.Context, jurisdiction, id string) (State, Body, error)
	Events(ctx context.Context, id string) ([]Event, error) // in the order of their versions, all of them
}

// Bodies reads what many reports say, by their ids; absent ones are not in the result.
type Bodies interface {
	Bodies(ctx context.Context, ids []string) (map[string]Body, error)
}

// Page asks for the open reports of some queue areas, oldest first, or newest first.
type Page struct {
	Jurisdiction string
	QueueAreas   []string
	After        string // Next of the page before, which was in the same order
	Limit        int
	Newest       bool
	Keep         func(State) bool // nil keeps all; a page is filled with reports that are kept
}

// Lister lists open reports. next is empty after the last page.
type Lister interface {
	List(ctx context.Context, p Page) (states []State, next string, err error)
}
