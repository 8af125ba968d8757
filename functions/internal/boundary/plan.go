package boundary

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// farthestPlan is how long ahead a publication can be planned.
const farthestPlan = 366 * 24 * time.Hour

// justPast is how long an instant that was meant to be ahead may have passed while it was on its way.
const justPast = time.Minute

// PlanPublication puts a set in force from an instant on, by the schedule that calls PublishDue; one that has just passed publishes at once, one farther
// back is a slip of whoever wrote it. Until then the set in force stays, and the re-homing it will need can be looked at. Faults are accepted with the plan.
func (d *Desk) PlanPublication(ctx context.Context, code, version, expected string, accepted bool, from time.Time) (Set, error) {
	switch from = from.UTC().Truncate(time.Second); {
	case from.Before(d.Now().Add(-justPast)):
		return Set{}, fault.Field("from", "This lies in the past; leave it out to publish now.")
	case !from.After(d.Now()):
		return d.Publish(ctx, code, version, expected, accepted)
	}
	return d.plan(ctx, code, version, expected, accepted, from)
}

// WithdrawPublication takes the plan of a set back.
func (d *Desk) WithdrawPublication(ctx context.Context, code, version string) (Set, error) {
	return d.plan(ctx, code, version, "", true, time.Time{})
}

// plan notes from when on a set is to be in force; the zero instant notes that there is no such plan.
func (d *Desk) plan(ctx context.Context, code, version, expected string, accepted bool, from time.Time) (Set, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Set{}, err
	}
	s, err := d.Describe(ctx, code, version)
	switch {
	case err != nil:
		return Set{}, err
	case from.After(d.Now().Add(farthestPlan)):
		return Set{}, fault.Field("from", "A publication can be planned for a year ahead.")
	case s.Status == Published:
		return Set{}, fault.New(fault.Conflict, "The set is in force already.")
	case !from.IsZero() && c.Boundaries != expected:
		return Set{}, otherInForce(c.Boundaries)
	}
	areas, err := d.Books.Areas(ctx, code, version)
	if err != nil { // whole, so that it can come into force with nobody there
		return Set{}, err
	}
	if err := s.unaccepted(accepted, areas, c.Areas); err != nil {
		return Set{}, err
	}
	s.Plan = Plan{From: from, Expected: expected}
	if from.IsZero() {
		s.Plan = Plan{}
	}
	return s, d.Catalogue.PlanPublication(ctx, code, version, s.Plan)
}

// PublishDue puts in force what was planned for now or earlier. Where another set came into force since, the plan fails and says so. Running it
// twice, late, or in two copies changes nothing more.
func (d *Desk) PublishDue(ctx context.Context, log *slog.Logger) error {
	return d.Catalogue.DuePublications(ctx, d.Now(), func(s Set) error {
		// Faults were accepted when it was planned. A plan from before they had to be is kept as well: whoever made it was promised that day.
		_, err := d.Publish(ctx, s.Jurisdiction, s.Version, s.Plan.Expected, true)
		var f *fault.Error
		switch {
		case errors.As(err, &f) && f.Code == fault.Conflict:
			err = d.Catalogue.PlanPublication(ctx, s.Jurisdiction, s.Version, Plan{Failed: f.Message})
		case err == nil:
			log.InfoContext(ctx, "boundary set published as planned", "jurisdiction", s.Jurisdiction, "set", s.Version)
		}
		if err != nil {
			log.ErrorContext(ctx, "planned publication", "jurisdiction", s.Jurisdiction, "set", s.Version, "error", err)
		}
		return ctx.Err() // one that cannot be published keeps no other from being
	})
}
