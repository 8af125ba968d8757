package assignment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// Part is what one unit has to do of a report that several have to work on.
type Part struct {
	Service     string
	Description string   // words for that unit
	To          Resolved // who has it
}

// Limits of a split.
const (
	leastParts = 2
	mostParts  = 10
	mostWords  = 500 // of what one unit has to do, in characters
)

// partSpace makes the ids of parts, so that splitting again by the same operation makes none twice.
var partSpace = uuid.MustParse("2b1d77c4-7f0e-5d0a-8b7f-0a5f5a1f0c11")

// Split divides a report into parts, each a report of its own, at the same place, with its own service, assignee and deadline. The whole
// stays with whoever has it and closes with the last of its parts; its reporter goes on following the whole. All of it is one
// transaction.
func (d *Desk) Split(ctx context.Context, c jurisdiction.Current, s report.State, parts []Part, in Decision) (report.State, error) {
	if len(parts) < leastParts || len(parts) > mostParts {
		return s, fault.Field("parts", "A report is split into %d to %d parts.", leastParts, mostParts)
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	step := report.Step{Kind: report.Split, Who: in.Who, Op: in.Op, Reason: in.Reason}
	var with []Move
	for n, p := range parts {
		id := uuid.NewSHA1(partSpace, fmt.Appendf(nil, "%s %s %d", s.ID, in.Op, n)).String()
		part, err := newPart(c, s, p, id, n, now, in.Who)
		if err != nil {
			return s, err
		}
		step.Refs, with = append(step.Refs, id), append(with, part)
	}
	return d.take(ctx, c, s, in.Version, step, with)
}

// newPart makes the filing of one part.
func newPart(c jurisdiction.Current, whole report.State, p Part, id string, n int, now time.Time, who string) (Move, error) {
	service, ok := c.Settings.Service(p.Service)
	if !ok {
		return Move{}, fault.Field(fmt.Sprintf("parts.%d.service_code", n), "There is no service %q here; the jurisdiction lists those it has.", p.Service)
	}
	words := strings.TrimSpace(p.Description)
	if l := utf8.RuneCountInString(words); l < minReason || l > mostWords || !utf8.ValidString(words) {
		return Move{}, fault.Field(fmt.Sprintf("parts.%d.description", n), "Say in %d to %d characters what this unit has to do.", minReason, mostWords)
	}
	state := report.State{ID: id, Jurisdiction: whole.Jurisdiction, Version: 1, Status: p.To.Assignee.Status(), Service: service.Code,
		Private: whole.Private || service.Private, Point: whole.Point, Grade: whole.Grade, Set: whole.Set, Chain: slices.Clone(whole.Chain), QueueArea: whole.QueueArea,
		Assignee: p.To.Assignee, FiledAt: now, ChangedAt: now, Parent: whole.ID, LastOp: id}
	state.Start(c.Settings.Pace(service.Code), now)
	return Move{State: state, Body: report.Body{Description: words}, Event: report.Event{Report: id, Jurisdiction: whole.Jurisdiction, Version: 1, At: now,
		Kind: report.Filed, Who: who, Op: id, After: p.To.Assignee, Status: state.Status, QueueArea: state.QueueArea, Service: service.Code, Refs: []string{whole.ID}}}, nil
}
