// Package job moves many reports at once: a preview freezes which ones and to whom, confirming it makes a job that is worked through in
// parts, and an inverse job undoes it. Jobs of a jurisdiction take turns in the order in which they were confirmed, so that what two
// overlapping ones leave behind is what one after the other leaves.
package job

import (
	"context"
	"time"

	"github.com/weige/weige/functions/internal/report"
)

// Status is how far a job is.
type Status string

// The statuses, in their order.
const (
	Previewed Status = "previewed" // nothing was moved, and nothing will be until it is confirmed
	Waiting   Status = "waiting"   // confirmed; another job of the jurisdiction is before it
	Running   Status = "running"
	Finished  Status = "finished"
)

// Result is what became of one report.
type Result string

// The results.
const (
	Done         Result = "done"
	Changed      Result = "changed"       // somebody changed it since the preview; it was left alone
	NotPermitted Result = "not_permitted" // whoever confirmed the job does not hold it (any more)
	AlreadyThere Result = "already_there"
	Failed       Result = "failed" // the report cannot be moved, or no longer exists
)

// Results lists all results.
func Results() []Result { return []Result{Done, Changed, NotPermitted, AlreadyThere, Failed} }

const (
	// PartSize is how many reports one message of the queue is about.
	PartSize = 50
	// Most is how many reports one job moves at most.
	Most = 20_000
	// keptFor is how long a job can be looked at and undone.
	keptFor = 90 * 24 * time.Hour
	// tendAfter is after how long somebody looks whether a confirmed job needs a push.
	tendAfter = 30 * time.Second
)

// Plan is what a preview froze. It never changes.
type Plan struct {
	ID           string // UUID
	Jurisdiction string
	Undoes       string `json:",omitempty"` // id of the job that this one undoes
	Who          string // person's id of whoever previewed it
	Reason       string
	Areas        []string          // chain, coarse to fine, of the smallest area that holds all it touches; empty for none
	People       []report.Assignee // whom it takes reports from or gives them to, each once
	Table        []Gives
	Reports      int // how many it moves
	There        int // how many of the selection are with their target already
	Refused      int // how many of the selection whoever previewed it may not move
	MadeAt       time.Time
	Rehoming     *Rehoming `json:",omitempty"` // of a plan that follows a change of boundaries
}

// Gives is a line of the table of who gives what to whom. From and To are positions in Plan.People.
type Gives struct{ From, To, Reports int }

// Parts is in how many parts the job is worked through.
func (p Plan) Parts() int { return (p.Reports + PartSize - 1) / PartSize }

// Entry is one report of a plan, at the version at which it was seen. From and To are positions in Plan.People.
type Entry struct {
	Report   string `json:"r"`
	Version  int64  `json:"v"`
	From, To int
	Home     *Homes `json:"h,omitempty"` // of a re-homing
}

// Homes is where a report lies before and after a re-homing.
type Homes struct {
	Before report.Home `json:"b"`
	After  report.Home `json:"a"`
	Metres float64     `json:"m"` // to the nearest edge of the smallest area afterwards, or to the nearest area outside all of them
}

// Outcome is what became of the entry at the same position.
type Outcome struct {
	Result  Result `json:"o"`
	Version int64  `json:"v,omitempty"` // that it made, when Done
}

// Job is a plan and how far it is.
type Job struct {
	Plan
	Status      Status
	By          string   // person's id of whoever confirmed it
	Grants      []string // what they held then; each report is checked against it again
	ConfirmedAt time.Time
	FinishedAt  time.Time
	PartsDone   int
	Counts      map[Result]int
	TendAt      time.Time // when to look whether it needs a push; zero when it is not confirmed, or finished
}

// Store keeps jobs. All writes are conditional. An absent job is a fault with code fault.Unknown.
type Store interface {
	// PutJob stores a plan with its entries, all of them before the plan can be found. Storing the same again changes nothing.
	PutJob(ctx context.Context, p Plan, entries []Entry, until time.Time) error
	Job(ctx context.Context, jurisdiction, id string) (Job, error)
	// Jobs gives the latest jobs, newest first.
	Jobs(ctx context.Context, jurisdiction string, most int) ([]Job, error)
	// ConfirmJob makes a previewed job wait at the end of the line. One that was confirmed before stays as it is.
	ConfirmJob(ctx context.Context, j Job) error
	// Turn gives the id of the job at the head of the line; empty when none waits.
	Turn(ctx context.Context, jurisdiction string) (string, error)
	// StartJob makes a waiting job run.
	StartJob(ctx context.Context, jurisdiction, id string) error
	// Entries gives some entries, from a position on.
	Entries(ctx context.Context, p Plan, from, to int) ([]Entry, error)
	// Outcomes gives those of one part; nil while there are none.
	Outcomes(ctx context.Context, jurisdiction, id string, part int) ([]Outcome, error)
	// RecordPart stores the outcomes of a part and counts them, exactly once: of a part that has some it changes nothing.
	RecordPart(ctx context.Context, j Job, part int, outcomes []Outcome) error
	// FinishJob ends a running job of which all parts are recorded and takes it out of the line. Doing it again changes nothing.
	FinishJob(ctx context.Context, j Job, at time.Time) error
	// TendJob notes when to look at a job again.
	TendJob(ctx context.Context, j Job, at time.Time) error
	// DueJobs calls each for every job whose TendAt is not after until.
	DueJobs(ctx context.Context, until time.Time, each func(Job) error) error
}

// Message asks for one part of a job to be done. It may come twice, late, or never; see Worker.Tend.
type Message struct {
	Jurisdiction, Job string
	Part              int
}

// Queue hands messages to workers.
type Queue interface {
	Send(ctx context.Context, m []Message) error
}
