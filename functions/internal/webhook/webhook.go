// Package webhook tells other systems what happens to reports: a signed request to an address that an administrator names, sent by the
// outbox until it has arrived or is given up.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// Hook is an address that is told of events.
type Hook struct {
	ID           string
	Jurisdiction string
	URL          string
	Kinds        []report.EventKind // which events; empty: all
	Secret       string             // with which its requests are signed
	MadeAt       time.Time
	MadeBy       string    // a person's id
	EndedAt      time.Time // zero while it is told
}

// Store keeps hooks.
type Store interface {
	// PutHook stores a new hook. Where there is one of this id it stores nothing and gives false.
	PutHook(ctx context.Context, h Hook) (bool, error)
	// Hooks gives those of a jurisdiction, the ended ones too, by their ids.
	Hooks(ctx context.Context, jurisdiction string) ([]Hook, error)
	// EndHook ends a hook at an instant, if it was not ended before, and gives it as it is then. One that is not there is a fault with
	// code fault.Unknown.
	EndHook(ctx context.Context, jurisdiction, id string, at time.Time) (Hook, error)
}

// Desk makes and ends hooks. All fields are needed.
type Desk struct {
	Store  Store
	Check  func(address string) error // what is wrong with an address, as a sentence without its end
	Now    func() time.Time
	Random io.Reader // of the quality that keys need
}

const (
	secretPrefix = "whsec_"
	secretBytes  = 32
	// mostHooks is how many hooks of a jurisdiction are told at the same time.
	mostHooks = 20
	mostURL   = 500
)

// Kinds are the events that a hook can be told of.
func Kinds() []report.EventKind {
	return []report.EventKind{report.Filed, report.Reassigned, report.Accept, report.Return, report.Resolve, report.Close, report.Reject, report.Reopen, report.Pause, report.Resume, report.Remark,
		report.Warn, report.Lapse, report.Escalate, report.Repeat, report.Correct, report.Rehomed, report.Split, report.PartDone, report.PartBack, report.Note, report.Confirm, report.Pictured,
		report.Released, report.Withdrawn, report.Hushed}
}

// Create makes a hook with a secret that nobody can be shown again. op is the sender's idempotency key: when it comes again the hook is
// there and its secret is not shown, which is a fault with code fault.Conflict.
func (d *Desk) Create(ctx context.Context, jurisdiction, op string, h Hook) (Hook, error) {
	if len(h.URL) > mostURL || !utf8.ValidString(h.URL) {
		return h, fault.Field("url", "The address has at most %d characters.", mostURL)
	}
	if err := d.Check(h.URL); err != nil {
		return h, fault.Field("url", "%s.", strings.ToUpper(err.Error()[:1])+err.Error()[1:])
	}
	for _, k := range h.Kinds {
		if !slices.Contains(Kinds(), k) {
			return h, fault.Field("kinds", "There is no event %q.", k)
		}
	}
	all, err := d.Store.Hooks(ctx, jurisdiction)
	if err != nil {
		return h, err
	}
	sum := sha256.Sum256([]byte(jurisdiction + "\n" + op))
	h.ID, h.Jurisdiction, h.MadeAt = base64.RawURLEncoding.EncodeToString(sum[:12]), jurisdiction, d.Now().UTC().Truncate(time.Millisecond)
	told := slices.DeleteFunc(all, func(one Hook) bool { return !one.EndedAt.IsZero() || one.ID == h.ID })
	if len(told) >= mostHooks {
		return h, fault.New(fault.Conflict, "At most %d addresses are told at the same time; please end one of them first.", mostHooks)
	}
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(d.Random, secret); err != nil {
		return h, fmt.Errorf("a new secret: %w", err)
	}
	h.Secret = secretPrefix + base64.RawURLEncoding.EncodeToString(secret)
	made, err := d.Store.PutHook(ctx, h)
	if err == nil && !made {
		err = fault.New(fault.Conflict, "This webhook was made before, as %s, and its secret is shown only once. If the secret did not arrive, end it and make another one with a new Idempotency-Key.", h.ID)
	}
	return h, err
}

// wants reports whether a hook is told of an event of this kind.
func (h Hook) wants(k report.EventKind) bool {
	return h.EndedAt.IsZero() && (len(h.Kinds) == 0 || slices.Contains(h.Kinds, k))
}

// Sign gives the signature of a body sent at an instant: the HMAC-SHA-256, under the secret, of the instant in seconds since 1970, a dot and
// the body, as v1= and hexadecimal digits. Whoever checks it refuses an instant that is more than some minutes from now, too.
func Sign(secret string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(m, strconv.FormatInt(at.Unix(), 10)+".")
	_, _ = m.Write(body)
	return "v1=" + hex.EncodeToString(m.Sum(nil))
}
