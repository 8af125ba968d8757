// Package delivery is the outbox: whatever has to reach somebody outside, by mail, by push or by another system's address, is stored as
// a delivery before anything is sent, and sent until it has arrived or is given up. A delivery names whom it is for and what it tells by
// reference only, so that neither addresses nor words are in it.
package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// Channel says who sends a delivery; each has its Sender.
type Channel string

// Status is how far a delivery is.
type Status string

// The statuses.
const (
	Waiting Status = "waiting" // is due at some time, or is being sent
	Sent    Status = "sent"    // arrived, or nobody wants it any more
	Dead    Status = "dead"    // was given up; can be replayed
)

// Delivery is one thing to be sent to one recipient.
type Delivery struct {
	ID           string // the same for the same thing to the same recipient, so that storing it twice sends it once; see ID
	Jurisdiction string
	Channel      Channel
	To           string // reference to the recipient, which its channel understands; never an address
	Payload      []byte // reference to what is told, which its channel understands; at most 2 KB, nothing personal
	MadeAt       time.Time

	Status   Status
	DueAt    time.Time // when it is to be sent, or, while it is being sent, when another sender may take it over; UTC, milliseconds
	Attempts int       // how often a sender took it, since it was made or last got on
	Class    string    // of the last failure, such as smtp_450; empty for none
}

// KeptFor is how long a delivery is kept from when it was made. For as long, storing it again sends nothing again.
const KeptFor = 30 * 24 * time.Hour

// ID makes the id of a delivery out of what it is about: 128 bits of the SHA-256 over all parts, as 22 letters. A mail has it in its
// Message-ID, a webhook in a header, so that whoever gets a delivery twice can tell.
func ID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		_, _ = io.WriteString(h, p)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// Box takes deliveries.
type Box interface {
	// PutDelivery stores a delivery as waiting, unless one with its id is there, which stays as it is. It gives what is there now.
	// Calling it again after an error is always safe.
	PutDelivery(ctx context.Context, d Delivery) (Delivery, error)
}

// Store is what senders need of the outbox. All writes are conditional: what somebody else did meanwhile is left alone.
type Store interface {
	// DueDeliveries calls each for every waiting delivery that is due at an instant, some at the same time, in no certain order. An
	// error of each ends it.
	DueDeliveries(ctx context.Context, at time.Time, each func(Delivery) error) error
	// Delivery reads one. An absent one is a fault with code fault.Unknown.
	Delivery(ctx context.Context, id string) (Delivery, error)
	// ClaimDelivery makes a delivery that was read as d the caller's until an instant, and gives it as it is then. ok is false where
	// somebody else has it, or it is not as it was read.
	ClaimDelivery(ctx context.Context, d Delivery, until time.Time) (claimed Delivery, ok bool, err error)
	// SettleDelivery stores what became of a claimed delivery, if it is still the claimer's: d has the status, time, payload, attempts
	// and class that it is to have. A dead one is found by DeadDeliveries from then on.
	SettleDelivery(ctx context.Context, claimed, d Delivery) error
}

// Graveyard holds deliveries that were given up.
type Graveyard interface {
	// DeadDeliveries gives those of a jurisdiction, latest first. next is empty after the last page.
	DeadDeliveries(ctx context.Context, jurisdiction, after string, limit int) (dead []Delivery, next string, err error)
	Delivery(ctx context.Context, id string) (Delivery, error)
	// ReviveDelivery makes a dead delivery wait again, due at an instant, with all its attempts before it. One that is not dead stays
	// as it is.
	ReviveDelivery(ctx context.Context, d Delivery, at time.Time) error
}

// Message asks for some deliveries to be sent now rather than at the next round. It may come twice, late, or never.
type Message struct{ Deliveries []string }

// Queue hands messages to workers.
type Queue interface {
	Send(ctx context.Context, m []Message) error
}
