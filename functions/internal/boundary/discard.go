package boundary

import (
	"context"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

const (
	// discardedKept is how long what was discarded is known to have been, and its content kept.
	discardedKept = 30 * 24 * time.Hour
	// publicationTakes is beyond how long any publication takes that was begun: a request is cut off after half of it.
	publicationTakes = time.Minute
	// lookedAtKept is how long a plan of re-homing that nobody confirmed keeps the draft it was made for.
	lookedAtKept = 24 * time.Hour
	// longestNote is how many characters a note of a set has at most.
	longestNote = 200
)

// Holds keeps what is in use from being discarded.
type Holds interface {
	// BeginPublication notes that a publication of a set begins, so that it cannot be discarded under it; fault.Unknown where there is no such set, or no
	// longer.
	BeginPublication(ctx context.Context, jurisdiction, version string, at time.Time) error
	// Discard marks a set that was never published and that nothing was begun with since it was read, and lets it expire with its content. It gives when
	// that was done, perhaps before; fault.Conflict where something was begun meanwhile, fault.Unknown where there is no such set.
	Discard(ctx context.Context, s Set, who string, at, until time.Time) (time.Time, error)
	// RehomingOf gives when the latest one was made that names a set and either was confirmed and has not ended, or was made after an instant; the
	// zero time where there is none.
	RehomingOf(ctx context.Context, jurisdiction, set string, after time.Time) (time.Time, error)
}

// DiscardSet takes a draft off the list and lets its content expire, and says when that was done; doing it again changes nothing. A set that was ever
// published, is about to be, or that a drawing or a plan of re-homing needs is a fault with code fault.Conflict whose detail says which.
func (d *Desk) DiscardSet(ctx context.Context, code, version, who string) (time.Time, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return time.Time{}, err
	}
	s, err := d.Catalogue.Describe(ctx, code, version)
	switch {
	case fault.Is(err, fault.Unknown):
		s = Set{Jurisdiction: code, Version: version, Held: -1} // discarded before, perhaps: the catalogue knows
	case err != nil:
		return time.Time{}, err
	default:
		if err := d.needed(ctx, s, c.Boundaries); err != nil {
			return time.Time{}, err
		}
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	return d.Holds.Discard(ctx, s, who, now, now.Add(discardedKept))
}

// needed says for what a set is needed, if it is.
func (d *Desk) needed(ctx context.Context, s Set, inForce string) error {
	switch {
	case s.Version == inForce:
		return kept("set_in_force", "This set is in force and cannot be discarded.")
	case !s.PublishedAt.IsZero():
		return kept("set_was_in_force", "This set was in force; reports were filed under it, and it is kept.")
	case !s.Plan.From.IsZero():
		return kept("set_planned", "This set is to come into force at %s. Withdraw that first.", s.Plan.From.Format(time.RFC3339))
	case d.Now().Before(s.Began.Add(publicationTakes)):
		return kept("set_publishing", "This set is just being published. Look again in a minute.")
	}
	drawings, err := d.Drawings.Drawings(ctx, s.Jurisdiction)
	if err != nil {
		return err
	}
	for _, one := range drawings {
		if one.Base == s.Version {
			return kept("set_drawn_on", "The drawing %q, last changed by %s, began from this set. Discard it first.", one.Name, one.ChangedBy)
		}
	}
	made, err := d.Holds.RehomingOf(ctx, s.Jurisdiction, s.Version, d.Now().Add(-lookedAtKept))
	if err == nil && !made.IsZero() {
		err = kept("set_rehoming", "An administrator planned at %s who would have which reports under this set, which keeps it for a day. Ask them, or look again then.", made.Format(time.RFC3339))
	}
	return err
}

// kept says why a set is not discarded: the kind for programs, the sentence for people.
func kept(kind, sentence string, args ...any) error {
	f := fault.New(fault.Conflict, sentence, args...)
	f.Field, f.Details = "set", []fault.Detail{{Kind: kind, Message: f.Message, Feature: -1}}
	return f
}

// DiscardDrawing takes a drawing off the list and lets its edits expire, where it is at the revision that somebody saw, and says when that was done.
// Doing it again changes nothing. Where somebody changed it since it is a fault with code fault.Conflict.
func (d *Desk) DiscardDrawing(ctx context.Context, code, id string, revision int64, who string) (time.Time, error) {
	now := d.Now().UTC().Truncate(time.Millisecond)
	drawing, at, err := d.Drawings.DiscardDrawing(ctx, Drawing{Jurisdiction: code, ID: id, Revision: revision, ChangedBy: who}, now, now.Add(discardedKept))
	if err == nil && at.IsZero() {
		err = changedBy(drawing)
	}
	return at, err
}

// noteOf takes what somebody says a draft is for; it may be empty.
func noteOf(text string) (string, error) {
	note := strings.TrimSpace(text)
	if !geo.ValidName(note, longestNote) {
		return "", fault.Field("note", "A note has at most %d characters on one line, without control characters and such as turn the direction of writing.", longestNote)
	}
	return note, nil
}
