// Package assemble puts together the server of the contract and the workers behind it. What only some functions need is put together
// in the folders here, so that no function links, starts, or may touch, what is not its own.
package assemble

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/application"
	"github.com/weige/weige/functions/internal/assemble/foundation"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/outside"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/internal/webhook"
	"github.com/weige/weige/geo"
)

// Server gives an api.Server over a table. It does no network. Boundaries is left without Uploads and Jobs without the queue of its
// worker, and whoever serves Reports or contact details must have configured the keys.
func Server(c config.Config, t *table.Table, log *slog.Logger) (*api.Server, error) {
	may, err := access.NewAuthorizer()
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	books := jurisdiction.NewBooks(t, t)
	rosters := assignment.NewRosters(t)
	router := assignment.NewRouter(t, rosters)
	s := &api.Server{
		Books: books, Writer: t, Router: router, May: may, Now: time.Now, Log: log, BodyBytes: c.BodyBytes,
		Who:        access.NewVerifier(access.Config{Issuer: c.Issuer, Audience: c.Audience, PersonClaim: c.Person, GrantsClaim: c.Grants, Now: time.Now}),
		RosterDesk: &assignment.RosterDesk{Books: books, Writer: t, Rosters: rosters, Router: router, Assigned: t, Limit: c.RosterBytes},
		RuleDesk:   &assignment.RuleDesk{Books: books, Writer: t, Router: router},
		Simulator:  &assignment.Simulator{Router: router, Feed: t, Bodies: t, Now: time.Now, Step: 1000},
		Boundaries: &boundary.Desk{Books: books, Writer: t, Catalogue: t, Drawings: t, Holds: t, Now: time.Now, NewID: foundation.NewID,
			Limits: geo.Limits{Bytes: c.BoundaryBytes, Features: c.BoundaryFeatures, Vertices: c.BoundaryVertices}},
	}
	s.Gazetteers = &gazetteer.Desk{Books: books, Shelf: gazetteer.NewShelf(t), Writer: t, Catalogue: t, Intakes: t, Bytes: c.GazetteerBytes, Rows: c.GazetteerRows, Now: time.Now}
	s.Graveyard = t
	s.Webhooks = &webhook.Desk{Store: t, Check: outside.CheckTyped, Now: time.Now, Random: rand.Reader}
	s.Applications = &application.Desk{Store: t, Now: time.Now, Random: rand.Reader}
	if len(c.TrackingKey) == 0 && len(c.ContactKey) == 0 {
		return s, nil // a function that neither files nor reads contact details
	}
	secrets, err := report.NewSecrets(c.TrackingKey, c.ContactKey)
	if err != nil {
		return nil, err
	}
	s.Reports = &report.Desk{Addresses: s.Gazetteers, Books: books, Store: t, Reader: t, Lister: t, Bodies: t, Router: router, Secrets: secrets, Now: time.Now, NewID: foundation.NewID,
		ContactFor: c.ContactFor, Limits: t, Most: report.PerSender{Reports: c.SenderReports, WrongCodes: c.WrongCodes}}
	s.Assignments = &assignment.Desk{Books: books, Rosters: rosters, Router: router, Reader: t, Lister: t, Assigned: t, Mover: t, Contacts: t, Readings: t, Counter: t, Feed: t, Bodies: t,
		Secrets: secrets, Now: time.Now, NewID: foundation.NewID}
	s.Jobs = &job.Desk{Assignments: s.Assignments, Store: t, Writer: t, Worker: worker(s.Assignments, t, nil, may, log), Now: time.Now, NewID: foundation.NewID}
	return s, nil
}

// Worker gives what does the parts of jobs. It does no network, and reads no contact details.
func Worker(t *table.Table, parts job.Queue, log *slog.Logger) (*job.Worker, error) {
	may, err := access.NewAuthorizer()
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return worker(staffDesk(t), t, parts, may, log), nil
}

func worker(desk *assignment.Desk, t *table.Table, parts job.Queue, may *access.Authorizer, log *slog.Logger) *job.Worker {
	return &job.Worker{Assignments: desk, Store: t, Queue: parts, Permit: api.MayMove(may), Now: time.Now, Log: log}
}

// staffDesk gives a desk that takes steps with cases and reads no contact details.
func staffDesk(t *table.Table) *assignment.Desk {
	rosters := assignment.NewRosters(t)
	return &assignment.Desk{Books: jurisdiction.NewBooks(t, t), Rosters: rosters, Router: assignment.NewRouter(t, rosters), Reader: t, Mover: t, Now: time.Now, NewID: foundation.NewID}
}

// Sweep gives the watch over the deadlines of every jurisdiction in a table. It does no network, and reads no contact details.
func Sweep(t *table.Table, log *slog.Logger) *assignment.Sweep {
	return &assignment.Sweep{Desk: staffDesk(t), Due: t, Log: log}
}

// Publisher gives what puts boundary sets in force as planned. It does no network.
func Publisher(t *table.Table) *boundary.Desk {
	return &boundary.Desk{Books: jurisdiction.NewBooks(t, t), Writer: t, Catalogue: t, Holds: t, Now: time.Now}
}

// WithKeys is Server for functions that file or read reports. Without both keys it is an error at the start, which a deployment
// notices, and not a failure of every request.
func WithKeys(c config.Config, t *table.Table, log *slog.Logger) (*api.Server, error) {
	if len(c.TrackingKey) == 0 || len(c.ContactKey) == 0 {
		return nil, errors.New("TRACKING_KEY and CONTACT_KEY are needed: this function files or reads reports")
	}
	return Server(c, t, log)
}
