package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// The case: every status of a report, and every way from one to another. Whoever may go a way is said by the policies of package
// access; what a way needs and does is said here and nowhere else.
//
//	   file                reassign (to the queue)
//	    │             ┌─────────────────────────────┐
//	    ▼             ▼                             │
//	┌────────────────────┐      reassign      ┌─────┴──────┐  accept   ┌───────────────┐
//	│ received       受理 ├───────────────────►│ assigned 派遣├──────────►│ in_progress 处置│
//	└────────────────────┘                    └──┬───▲─────┘           └─┬─────┬───────┘
//	                                  return     │   │ reassign          │     │ resolve; also from received,
//	┌────────────────────┐◄──────────────────────┴───┼───────────────────┘     ▼ assigned, returned and reopened
//	│ returned       立案 ├───────────────────────────┘                  ┌───────────────┐
//	└────────────────────┘                                              │ resolved  核查 │
//	                                                                    └─┬──────┬──────┘
//	reject: from every status above but resolved          reopen          │      │ close
//	┌────────────────────┐          ┌────────────────┐◄───────────────────┘      ▼
//	│ rejected      不予受理├─────────►│ reopened   派遣 │◄──────────────────┌───────────────┐
//	└────────────────────┘  reopen  └────────────────┘       reopen      │ closed     结案 │
//	                                  as assigned                        └───────────────┘
//
// A reopened case goes the ways of an assigned one. A filing that finds somebody begins as assigned. A pause, its end, a remark, and what the
// clock does (warn, call late, escalate) leave an unfinished case where it is, but that an escalation may hand it to somebody; so does a
// correction of its place or service, and a re-homing, which a resolved one can be too: it is still checked by whoever has the ground. A duplicate ends like a rejected one and can be reopened like it. A case that is split stays where
// it is and closes with the last of its parts; one of which a part is reopened is reopened itself. What a reporter adds or confirms moves nothing,
// and neither does what becomes of photos, and of whether anybody may read its words.
var ways = map[EventKind]way{
	Filed:      {},
	Reassigned: {from: unfinished},
	Accept:     {from: []Status{Assigned, Returned, Reopened}, to: InProgress},
	Return:     {from: []Status{Assigned, InProgress, Reopened}, to: Returned, code: returnCodes, reason: true},
	Resolve:    {from: unfinished, to: Resolved, reply: true},
	Close:      {from: []Status{Resolved}, to: Closed},
	Reject:     {from: unfinished, to: Rejected, code: rejectCodes, reply: true},
	Repeat:     {from: unfinished, to: Duplicate},
	Reopen:     {from: []Status{Resolved, Closed, Rejected, Duplicate}, to: Reopened, reason: true},
	Pause:      {from: unfinished, stays: true, reason: true},
	Resume:     {from: unfinished, stays: true},
	Remark:     {from: unfinished, stays: true, reason: true},
	Warn:       {from: unfinished, stays: true},
	Lapse:      {from: unfinished, stays: true},
	Escalate:   {from: unfinished, stays: true},
	Correct:    {from: unfinished, stays: true, reason: true},
	Rehomed:    {from: append(slices.Clone(unfinished), Resolved), stays: true, reason: true},
	Split:      {from: unfinished, to: InProgress, reason: true},
	PartDone:   {from: unfinished, stays: true},
	PartBack:   {from: slices.Concat(unfinished, []Status{Resolved, Closed, Rejected}), to: Reopened},
	Note:       {from: Statuses(), stays: true, reason: true, most: MaxDescription},
	Confirm:    {from: []Status{Resolved, Closed}, stays: true},
	Pictured:   {from: Statuses(), stays: true},
	Released:   {from: Statuses(), stays: true},
	Withdrawn:  {from: Statuses(), stays: true},
	Hushed:     {from: Statuses(), stays: true},
}

// Beside reports whether what happened is about what is shown of a case and not about the case: it is in the way of no decision that somebody
// made without having seen it.
func (k EventKind) Beside() bool {
	return k == Pictured || k == Released || k == Withdrawn || k == Hushed
}

// unfinished are the statuses in which something is still to be done.
var unfinished = []Status{Received, Assigned, InProgress, Returned, Reopened}

// The reasons that a return and a rejection choose from.
var (
	returnCodes = []string{"not_our_area", "not_our_duty", "wrong_place", "needs_others", "other"}
	rejectCodes = []string{"not_for_the_city", "nothing_found", "not_understood", "abuse", "other"}
)

// way is one kind of step: from where, to where, and which words it needs.
type way struct {
	from   []Status
	to     Status   // empty: what the assignee makes of it
	stays  bool     // where it was, unless somebody else has it now and nothing is to be decided
	code   []string // one of these is needed
	reason bool     // words for staff are needed
	most   int      // how many characters they may have, if not maxReason
	reply  bool     // words for the resident are needed
}

// Limits of the words of a step, in characters.
const (
	minWords  = 2
	maxReason = 300
	maxReply  = 500
)

// Step is what somebody does with a case.
type Step struct {
	Kind   EventKind
	Who    string
	Op     string // operation id
	At     time.Time
	To     *Assignee // who has it afterwards; nil: whoever has it
	Code   string    // reason code, for kinds that have some
	Reason string    // words for staff
	Reply  string    // words for the resident; public to whoever holds the tracking code
	Reopen time.Duration
	Pace   jurisdiction.Pace // the deadlines of the report's service as they are set now
	Refs   []string          // ids of other reports: the original, the parts, the part
	Place  *Place            // of a correction
	Home   *Home             // of a re-homing
	Photo  string            // id of the photo, of a step with one
	Shown  string            // id of the first photo that everybody may see after a release or a withdrawal
	Rule   int               // see Event
	Rules  string
}

// Home is where a report lies by a boundary set.
type Home struct {
	Set       string   `json:"s"`
	Chain     []string `json:"c"` // area codes, coarse to fine; empty outside every area
	QueueArea string   `json:"q"`
}

// Home gives where the report lies by the boundary set under which it was filed, corrected or re-homed last.
func (s State) Home() Home { return Home{Set: s.Set, Chain: s.Chain, QueueArea: s.QueueArea} }

// Smallest gives the smallest area of a home; empty outside every area.
func (h Home) Smallest() string {
	if len(h.Chain) == 0 {
		return ""
	}
	return h.Chain[len(h.Chain)-1]
}

// Place is what a correction makes of a report's place and service. Their deadlines hold from when the clock started.
type Place struct {
	Service   string
	Private   bool
	Point     geo.Point
	Set       string
	Chain     []string
	QueueArea string
	Class     string // see State
}

// Open reports whether the report is on somebody's list: it is until it is closed or rejected. Open311 knows open and closed only,
// and this is its open.
func (s Status) Open() bool { return s == Resolved || slices.Contains(unfinished, s) }

// Unfinished reports whether something is still to be done.
func (s Status) Unfinished() bool { return slices.Contains(unfinished, s) }

// Statuses lists all statuses, in the order of a case's life.
func Statuses() []Status {
	return []Status{Received, Assigned, InProgress, Returned, Reopened, Resolved, Closed, Rejected, Duplicate}
}

// Stage is where a status stands in the practice of Chinese digital urban management (数字化城市管理): its supervising axis takes up
// (受理), registers (立案), verifies (核查) and closes (结案), its commanding axis dispatches (派遣) and handles (处置).
type Stage string

// The stages.
const (
	TakenUp    Stage = "受理"
	Registered Stage = "立案"
	Dispatched Stage = "派遣"
	Handled    Stage = "处置"
	Verified   Stage = "核查"
	Concluded  Stage = "结案"
)

// Stage maps a status onto that practice. A returned case is back where it is decided who gets it.
func (s Status) Stage() Stage {
	switch s {
	case Received:
		return TakenUp
	case Returned:
		return Registered
	case Assigned, Reopened:
		return Dispatched
	case InProgress:
		return Handled
	case Resolved:
		return Verified
	}
	return Concluded
}

// Take makes the state and the event to which a step leads. A step that cannot be taken from this status is a fault with code
// fault.Conflict; one that lacks words or a code is a fault that names the field.
func (s State) Take(step Step) (State, Event, error) {
	w, ok := ways[step.Kind]
	step.Reason, step.Reply = Plain(step.Reason), Plain(step.Reply)
	if err := w.check(step); err != nil {
		return s, Event{}, err
	}
	switch {
	case !ok || !slices.Contains(w.from, s.Status):
		return s, Event{}, fault.New(fault.Conflict, "This cannot be done with a report that is %s.", strings.ReplaceAll(string(s.Status), "_", " "))
	case step.Kind == Return && s.Final:
		return s, Event{}, fault.New(fault.Conflict, "The level above decided after the second return that it stays here; that is final. Ask the dispatcher to reassign it.")
	case s.PartsOpen > 0 && slices.Contains([]EventKind{Resolve, Reject, Repeat, Split}, step.Kind):
		return s, Event{}, fault.New(fault.Conflict, "This report was split, and %d of its parts are not finished; it closes when they are.", s.PartsOpen)
	case step.Kind == PartDone && s.PartsOpen == 0:
		return s, Event{}, fault.New(fault.Conflict, "This report has no part that is not finished.")
	case s.Parent != "" && (step.Kind == Split || step.Kind == Repeat):
		return s, Event{}, fault.New(fault.Conflict, "This is a part of another report, which can be neither split nor a duplicate.")
	case step.Kind == Hushed && !s.Words:
		return s, Event{}, fault.New(fault.Conflict, "The words of this report are not public.")
	case (step.Kind == Accept || step.Kind == Return) && s.Assignee.Kind != ToPerson:
		return s, Event{}, fault.New(fault.Conflict, "Nobody has this report yet; it needs to be assigned before it can be accepted or returned.")
	}
	// Clocks of machines differ; those of one report's events never run backwards, because the feed is in their order.
	if step.At = step.At.UTC().Truncate(time.Millisecond); step.At.Before(s.ChangedAt) {
		step.At = s.ChangedAt
	}
	next := s
	next.ChangedAt = step.At
	next.Version, next.LastOp = s.Version+1, OpMark(step.Op)
	if step.To != nil {
		next.Assignee = *step.To
	}
	next.relate(step)
	switch {
	case step.Kind == PartBack && s.Status.Unfinished():
	case w.stays && (step.To == nil || step.Kind == Escalate && (s.Status == Returned || s.Status == Reopened)):
	case w.to != "":
		next.Status = w.to
	default:
		next.Status = next.Assignee.Status()
	}
	if s.PartsOpen > 0 && next.PartsOpen == 0 {
		next.Status = Closed
	}
	next.mark(s, step)
	if err := next.keepTime(s, step); err != nil {
		return s, Event{}, err
	}
	before, queueBefore := s.Assignee, ""
	if next.QueueArea != s.QueueArea {
		queueBefore = s.QueueArea
	}
	var area, areaBefore string
	if here, there := s.Home().Smallest(), next.Home().Smallest(); here != there {
		area, areaBefore = there, here
	}
	return next, Event{Area: area, AreaBefore: areaBefore, Report: s.ID, Jurisdiction: s.Jurisdiction, Version: next.Version, At: step.At, Kind: step.Kind,
		Who: step.Who, Op: step.Op, Code: step.Code, Reason: step.Reason, Reply: step.Reply, Before: &before, After: next.Assignee,
		StatusBefore: s.Status, Status: next.Status, LateBefore: s.Late(), Late: next.Late(), QueueArea: next.QueueArea, QueueBefore: queueBefore,
		Service: next.Service, Refs: step.Refs, Photo: step.Photo, Rule: step.Rule, Rules: step.Rules}, nil
}

// relate keeps how a case stands to others, and where it lies.
func (s *State) relate(step Step) {
	switch step.Kind {
	case Repeat:
		s.Original = step.Refs[0]
	case Reopen:
		s.Original = ""
	case Split:
		s.PartsOpen = len(step.Refs)
	case PartDone:
		s.PartsOpen--
	case PartBack:
		s.PartsOpen++
	case Released, Withdrawn:
		s.Photo = step.Shown
	case Hushed:
		s.Words = false
	case Rehomed:
		s.Set, s.Chain, s.QueueArea = step.Home.Set, step.Home.Chain, step.Home.QueueArea
	case Correct:
		p := step.Place
		if p.Point != s.Point {
			s.Grade = "" // somebody said where it is
		}
		s.Words = s.Words && !p.Private // for good: who agreed did so for a service that is public
		s.Service, s.Private, s.Point, s.Set, s.Chain, s.QueueArea, s.Class = p.Service, p.Private, p.Point, p.Set, p.Chain, p.QueueArea, p.Class
	}
}

// mark keeps what a state says of its past: how often it was returned, whether that was decided, who answers the resident, and until
// when the resident may reopen it.
func (s *State) mark(before State, step Step) {
	if before.Status == Returned && before.Returns >= finalReturn && (step.Kind == Reassigned || step.Kind == Accept) {
		s.Final = true
	}
	switch step.Kind {
	case Return:
		s.Returns++
	case Accept, Resolve, Split:
		s.First = nil
	}
	// 首接负责: whoever had it first goes on answering the resident until somebody accepts.
	if s.Assignee != before.Assignee && s.First == nil && before.Assignee.Kind == ToPerson {
		s.First = &Assignee{Kind: ToPerson, Person: before.Assignee.Person, Role: before.Assignee.Role, Area: before.Assignee.Area}
	}
	switch s.Status {
	case Resolved, Closed, Rejected, Duplicate:
		if slices.Contains([]EventKind{Rehomed, Note, Confirm, Pictured, Released, Withdrawn, Hushed}, step.Kind) {
			break // that the borders changed gives nobody more time, and neither do words and photos
		}
		s.ReopenUntil = step.At.Add(step.Reopen).UTC().Truncate(time.Second)
	default:
		s.ReopenUntil = time.Time{}
	}
}

// longestMark is the longest operation id that a state holds as it is: a UUID.
const longestMark = 36

// OpMark gives an operation id as a state holds it: itself when short, otherwise a digest of it, because a state has to stay small.
// Events hold it whole.
func OpMark(op string) string {
	if len(op) <= longestMark {
		return op
	}
	sum := sha256.Sum256([]byte(op))
	return hex.EncodeToString(sum[:16])
}

// finalReturn is which return is decided by the level above, for good.
const finalReturn = 2

// Answering gives who answers the resident: the first who had the report until somebody else accepts it.
func (s State) Answering() Assignee {
	if s.First != nil {
		return *s.First
	}
	return s.Assignee
}

// Decider gives the person of the level above who decides on a report that was returned twice; empty where nobody has to.
func (s State) Decider() string {
	if s.Status == Returned {
		return s.Assignee.Person
	}
	return ""
}

// check looks at the words of a step.
func (w way) check(step Step) error {
	if len(w.code) > 0 && !slices.Contains(w.code, step.Code) {
		return fault.Field("code", "Choose one of these reasons: %s.", strings.Join(w.code, ", "))
	}
	if err := words("reason", step.Reason, w.reason, cmp.Or(w.most, maxReason)); err != nil {
		return err
	}
	return words("reply", step.Reply, w.reply, maxReply)
}

func words(field, s string, needed bool, most int) error {
	if s == "" && !needed {
		return nil
	}
	if n := utf8.RuneCountInString(s); n < minWords {
		return fault.Field(field, "Say it in %d to %d characters.", minWords, most)
	}
	return text(field, s, minWords, most)
}
