// Package socket is the WebSocket face: what is said over a connection, and by whom. Like api it asks access who may, calls the domain,
// and never touches storage.
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/live"
)

// Path is where connections are made, on the address of the pages.
const Path = "/live"

// MessageBytes is the most that a message may have; it is a frame of API Gateway. A token is shorter.
const MessageBytes = 32 << 10

// Authenticator tells who asks; see access.Verifier.
type Authenticator interface {
	Authenticate(ctx context.Context, authorization string) (access.Principal, error)
}

// Wire sends over connections: API Gateway's in the cloud, those of the process on one machine. Both give live.ErrGone where there is no such
// connection.
type Wire interface {
	Send(ctx context.Context, connection string, message []byte) error
	HangUp(ctx context.Context, connection string) error
}

// Door lets in who may watch. A token comes in the first message and not in the address, where logs would keep it; until then a connection
// is nobody's, and nothing is sent to it or stored about it.
type Door struct {
	Who      Authenticator
	May      *access.Authorizer
	Watchers live.Store
	Wire     Wire
	Now      func() time.Time
	Log      *slog.Logger
}

// Messages. A client says watch, with its token, and again before the time it is told is over; it is told watching or refused, and changed
// each time it is poked.
const (
	watch    = "watch"
	watching = "watching"
	refused  = "refused"
	changed  = "changed"
)

type heard struct {
	Type         string `json:"type"`
	Jurisdiction string `json:"jurisdiction"`
	Token        string `json:"token"`
}

type said struct {
	Type    string `json:"type"`
	Seconds int    `json:"seconds,omitempty"`
	Error   *wrong `json:"error,omitempty"`
}

// wrong has the form of the contract's Error.
type wrong struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

// Said takes a message. Whoever may not watch is told why, and the connection ends.
func (d *Door) Said(ctx context.Context, connection string, message []byte) error {
	err := d.enter(ctx, connection, message)
	if err == nil {
		return d.say(ctx, connection, said{Type: watching, Seconds: int(live.WatchedFor / time.Second)})
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		d.Log.ErrorContext(ctx, "watch", "error", err)
		f = &fault.Error{Code: "internal", Message: "Something went wrong on our side; it was noted."}
	}
	return errors.Join(d.Watchers.RemoveWatcher(ctx, connection),
		d.say(ctx, connection, said{Type: refused, Error: &wrong{string(f.Code), f.Message, f.Field}}), gone(d.Wire.HangUp(ctx, connection)))
}

// Left forgets a connection that ended.
func (d *Door) Left(ctx context.Context, connection string) error {
	return d.Watchers.RemoveWatcher(ctx, connection)
}

func (d *Door) enter(ctx context.Context, connection string, message []byte) error {
	var m heard
	if len(message) > MessageBytes || json.Unmarshal(message, &m) != nil || m.Type != watch {
		return fault.New(fault.Malformed, `A message is {"type":"watch","jurisdiction":"...","token":"..."}.`)
	}
	if !jurisdiction.ValidCode(m.Jurisdiction) {
		return jurisdiction.UnknownJurisdiction(m.Jurisdiction)
	}
	if m.Token == "" {
		return &fault.Error{Code: fault.Unauthorized, Field: "token", Message: "Please sign in: this needs a bearer token."}
	}
	p, err := d.Who.Authenticate(ctx, "Bearer "+m.Token)
	switch {
	case errors.Is(err, access.ErrIssuerUnavailable):
		return fault.New(fault.Unavailable, "The sign-in service does not answer right now. Please try again in a minute.")
	case err != nil:
		return &fault.Error{Code: fault.Unauthorized, Field: "token", Message: "The token is not valid or has expired. Please sign in again."}
	}
	scope := d.May.ScopeOf(p, access.ListChanges, m.Jurisdiction)
	if scope.Empty() {
		return fault.New(fault.Forbidden, "Your duties do not cover this. Ask the administrator of %s if they should.", m.Jurisdiction)
	}
	return d.Watchers.PutWatcher(ctx, live.Watcher{Connection: connection, Jurisdiction: m.Jurisdiction, Person: p.Person, Whole: scope.Whole, Areas: scope.Areas,
		Until: d.Now().Add(live.WatchedFor).UTC().Truncate(time.Second)})
}

func (d *Door) say(ctx context.Context, connection string, s said) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("say %s: %w", s.Type, err)
	}
	return gone(d.Wire.Send(ctx, connection, text))
}

// gone passes over that nobody is there any more to be told.
func gone(err error) error {
	if errors.Is(err, live.ErrGone) {
		return nil
	}
	return err
}

// Line gives the line over which watchers are poked.
func Line(w Wire) live.Line { return line{w} }

type line struct{ wire Wire }

var poke = []byte(`{"type":"` + changed + `"}`)

// Poke implements live.Line.
func (l line) Poke(ctx context.Context, connection string) error {
	return l.wire.Send(ctx, connection, poke)
}
