// Package application holds the programs of others that use Weige's open interface: other cities' portals, apps, research. Each belongs to
// a jurisdiction, signs in with a key that is shown once and stored as a digest only, is limited in how often it asks, and can be revoked.
package application

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
)

// Application is a program with a key. It has nothing by which the key could be found.
type Application struct {
	ID           string
	Jurisdiction string
	Name         string
	PerMinute    int // how many requests a minute its key is good for
	MadeAt       time.Time
	MadeBy       string    // a person's id
	RevokedAt    time.Time // zero while its key is good
}

// Limits of what an administrator decides about an application.
const (
	defaultPerMinute = 60
	maxPerMinute     = 6000
	maxName          = 100
)

// Store keeps applications.
type Store interface {
	// PutApplication stores a new application and the digest of its key. Where there is one of this id it stores nothing and gives false.
	PutApplication(ctx context.Context, a Application, digest string) (bool, error)
	// Applications gives those of a jurisdiction, the revoked ones too, by their ids.
	Applications(ctx context.Context, jurisdiction string) ([]Application, error)
	// RevokeApplication revokes an application at an instant and gives it as it is then; one that was revoked before stays as it is. One
	// that is not there is a fault with code fault.Unknown.
	RevokeApplication(ctx context.Context, jurisdiction, id string, at time.Time) (Application, error)
}

// Door knows applications by the digests of their keys.
type Door interface {
	// ApplicationOf gives the application with this digest, and false where there is none.
	ApplicationOf(ctx context.Context, digest string) (Application, bool, error)
	// Allow counts a request in a window of time that begins at a multiple of it, unless most have been counted; then it gives false.
	Allow(ctx context.Context, name string, at time.Time, window time.Duration, most int) (bool, error)
}

// Desk makes and revokes applications. All fields are needed.
type Desk struct {
	Store  Store
	Now    func() time.Time
	Random io.Reader // of the quality that keys need
}

const keyPrefix = "wgk_" // by which those who search for leaked keys know one

// keyBytes is how many random bytes a key has: so many that its digest needs neither salt nor stretching.
const keyBytes = 24

// Create makes an application and gives its key, which nobody can give again. op is the sender's idempotency key: when it comes again the
// application is there and its key is gone, which is a fault with code fault.Conflict.
func (d *Desk) Create(ctx context.Context, jurisdiction, op string, a Application) (Application, string, error) {
	a.Name = strings.TrimSpace(a.Name)
	if n := utf8.RuneCountInString(a.Name); n == 0 || n > maxName || !utf8.ValidString(a.Name) || strings.ContainsFunc(a.Name, unicode.IsControl) {
		return a, "", fault.Field("name", "An application has a name of 1 to %d characters.", maxName)
	}
	if a.PerMinute == 0 {
		a.PerMinute = defaultPerMinute
	}
	if a.PerMinute < 0 || a.PerMinute > maxPerMinute {
		return a, "", fault.Field("per_minute", "A key is good for 1 to %d requests a minute.", maxPerMinute)
	}
	secret := make([]byte, keyBytes)
	if _, err := io.ReadFull(d.Random, secret); err != nil {
		return a, "", fmt.Errorf("a new key: %w", err)
	}
	key := keyPrefix + base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(jurisdiction + "\n" + op))
	a.ID, a.Jurisdiction, a.MadeAt = base64.RawURLEncoding.EncodeToString(sum[:12]), jurisdiction, d.Now().UTC().Truncate(time.Millisecond)
	made, err := d.Store.PutApplication(ctx, a, Digest(key))
	if err == nil && !made {
		err = fault.New(fault.Conflict, "This application was made before, as %s, and its key is shown only once. If the key did not arrive, revoke it and make another one with a new Idempotency-Key.", a.ID)
	}
	return a, key, err
}

// Digest is what is stored of a key.
func Digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Admit gives the application of a key and counts the request. A key that is unknown or revoked is a fault with code fault.Forbidden, one
// that is used too often fault.TooMany.
func Admit(ctx context.Context, d Door, key string, now time.Time) (Application, error) {
	a, ok, err := d.ApplicationOf(ctx, Digest(key))
	switch {
	case err != nil:
		return a, err
	case !ok || !a.RevokedAt.IsZero():
		return a, &fault.Error{Code: fault.Forbidden, Field: "api_key", Message: "This key is not known here, or was revoked. Ask the administrator of the jurisdiction for one."}
	}
	ok, err = d.Allow(ctx, "application-"+a.Jurisdiction+"-"+a.ID, now, time.Minute, a.PerMinute)
	if err == nil && !ok {
		err = &fault.Error{Code: fault.TooMany, Field: "api_key", Message: fmt.Sprintf("This key is good for %d requests a minute. Please wait for the next minute.", a.PerMinute)}
	}
	return a, err
}
