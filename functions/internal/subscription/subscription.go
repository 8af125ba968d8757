// Package subscription lets people follow a report or an area, and staff what concerns them, by mail or by push. Nobody is written to
// who did not confirm it, everybody can end it with one click, and nobody learns more than they could look up: followers get what the
// public view shows, and the words of a report only those who gave its tracking code.
package subscription

import (
	"context"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// The channels of deliveries that this package sends.
const (
	Mail   delivery.Channel = "mail"
	Push   delivery.Channel = "push"
	Fanout delivery.Channel = "fanout" // one event to all who follow it, see Spreader
)

// Kind says what sort of thing somebody follows.
type Kind string

// The kinds of topic.
const (
	OfReport Kind = "report" // what becomes of one report
	OfArea   Kind = "area"   // new public reports of an area and their ends
	OfPerson Kind = "person" // staff: what is given to this person, gets late with them, or comes back to them
	OfWatch  Kind = "watch"  // staff: what in an area waits for a decision, gets late, is escalated or reopened
)

// Topic is what somebody follows.
type Topic struct {
	Kind Kind
	Of   string // a report's or a person's id, or the code of an area; of OfWatch also Everywhere
}

// Everywhere stands for the whole jurisdiction, with what lies outside every area.
const Everywhere = "*"

// String writes a topic as it is stored.
func (t Topic) String() string { return string(t.Kind) + "/" + t.Of }

// ParseTopic is the inverse of String.
func ParseTopic(s string) Topic {
	kind, of, _ := strings.Cut(s, "/")
	return Topic{Kind(kind), of}
}

// Status is how far a subscription is. One that ended is no longer there.
type Status string

// The statuses.
const (
	Pending Status = "pending" // waits to be confirmed; nothing but the request to confirm is sent
	Active  Status = "active"
)

// For how long a subscription lasts.
const (
	ConfirmFor = 7 * 24 * time.Hour   // until it has to be confirmed
	LastsFor   = 365 * 24 * time.Hour // from when it was confirmed
	StaffFor   = 90 * 24 * time.Hour  // of staff, whose duties change; asking for it again makes it last anew
)

// Subscription says that somebody follows something. Where to reach them is stored apart, sealed.
type Subscription struct {
	ID           string // derived from address and topic, so that asking twice makes one
	Jurisdiction string
	Topic        Topic
	Channel      delivery.Channel // Mail or Push
	Mark         string           // keyed digest of the address: tells whether two subscriptions have the same
	Nonce        string           // random, of this making; tokens of an earlier one do not open it
	Language     string           // zh or en
	Daily        bool             // once a day rather than at once
	Status       Status
	Holds        string    // id of the report whose tracking code the subscriber gave; empty for none
	From         Topic     // of one that was moved from a duplicate to its original: where it was
	MadeAt       time.Time // when it was asked for; once it is active, from when on its subscriber is told
	Until        time.Time // when it ends by itself; UTC, whole seconds
}

// Staff reports whether it is of a member of staff.
func (s Subscription) Staff() bool { return s.Topic.Kind == OfPerson || s.Topic.Kind == OfWatch }

// Store keeps subscriptions with their sealed addresses. All writes are conditional.
type Store interface {
	// Invite stores a pending subscription, unless there is one with its id, which stays as it is. It gives what is there now. A sealed
	// address of push replaces the one that is there, because browsers renew its keys.
	Invite(ctx context.Context, s Subscription, sealed []byte) (Subscription, error)
	// Subscription reads one; nil where there is none or its time is over.
	Subscription(ctx context.Context, id string) (*Subscription, error)
	// Activate makes a subscription with this nonce active, with topic and time as given, and lists it among the followers. Where the
	// same address follows the topic already by another subscription, this one is ended and the id of that one is given.
	Activate(ctx context.Context, s Subscription) (id string, err error)
	// ChangeSubscription stores language and pace of one with this nonce.
	ChangeSubscription(ctx context.Context, s Subscription) error
	// EndSubscription takes a subscription with its address away. Ending it twice changes nothing.
	EndSubscription(ctx context.Context, s Subscription) error
}

// Follower is a subscription as it is listed under its topic.
type Follower struct {
	Subscription string
	Mark         string
	Channel      delivery.Channel
	Daily        bool
	From         Topic
	Since        time.Time // of what happened before, nothing is told
	Until        time.Time
}

// Followers lists who follows a topic.
type Followers interface {
	// Followers gives at most limit followers after a mark, in the order of their marks. more says whether there are any after them.
	Followers(ctx context.Context, jurisdiction string, t Topic, after string, limit int) (page []Follower, more bool, err error)
	// Follower gives the one with this mark, or nil.
	Follower(ctx context.Context, jurisdiction string, t Topic, mark string) (*Follower, error)
	// MoveFollower makes a follower of one topic one of another, and of its subscription. Where the same address follows the other already, the
	// subscription is ended. One that was moved before changes nothing.
	MoveFollower(ctx context.Context, jurisdiction string, f Follower, from, to Topic) error
}

// Entry is one event that a daily letter will tell.
type Entry struct {
	Report  string
	Version int64
	Kind    Kind   // as a follower of what
	Day     string // of the letter, 2006-01-02
	Told    bool
}

// Letters keeps what daily letters will tell.
type Letters interface {
	// AddEntry stores an entry, unless there is one of the same event, which stays as it is, and gives what is there.
	AddEntry(ctx context.Context, subscription string, e Entry) (Entry, error)
	// DelayEntry moves an entry that was not told to a later letter.
	DelayEntry(ctx context.Context, subscription string, e Entry, day string) error
	// UntoldEntries gives the entries of letters up to a day that were not told, in no certain order.
	UntoldEntries(ctx context.Context, subscription, day string) ([]Entry, error)
	// MarkTold notes that entries were told.
	MarkTold(ctx context.Context, subscription string, entries []Entry) error
}

// Limits counts.
type Limits interface {
	// Allow counts one more under a key within the window that an instant is in, and reports whether that is at most so many.
	Allow(ctx context.Context, key string, at time.Time, window time.Duration, most int) (bool, error)
}

// Addresses reads sealed addresses; nil where there is none.
type Addresses interface {
	Address(ctx context.Context, subscription string) ([]byte, error)
}

// Events reads what deliveries refer to.
type Events interface {
	Event(ctx context.Context, report string, version int64) (report.Event, error)
	Report(ctx context.Context, jurisdiction, id string) (report.State, report.Body, error)
}

// areaName names an area as the set in force does; a code that it does not have stands for itself.
func areaName(c jurisdiction.Current, code string) string {
	if c.Areas != nil {
		if id, ok := c.Areas.Find(code); ok {
			return c.Areas.Area(id).Name
		}
	}
	return code
}
