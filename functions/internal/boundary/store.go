package boundary

import (
	"context"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// Status is where a boundary set stands.
type Status string

// The statuses of a boundary set.
const (
	Draft      Status = "draft"
	Published  Status = "published"  // in force
	Superseded Status = "superseded" // was in force
)

// Set describes one stored boundary set.
type Set struct {
	Jurisdiction string
	Version      string // see jurisdiction.VersionOf
	Status       Status
	CreatedAt    time.Time
	PublishedAt  time.Time // of the last publication; zero on drafts
	By           string    // person's id of who imported it
	Bytes        int       // compiled
	Areas        int
	Vertices     int
	Levels       []string
	Bound        [4]float64 // west, south, east, north in degrees
	Warnings     []fault.Detail
	Note         string    `json:",omitempty"` // what it is for, by whoever made it; at most longestNote characters
	Plan         Plan      `json:"-"`
	Began        time.Time `json:"-"` // when a publication of it was last begun
	Held         int64     `json:"-"` // rises with everything that is begun with the set, so that nobody discards it under that
}

// Plan is when a set is to come into force by itself.
type Plan struct {
	From     time.Time // zero for none
	Expected string    // the set in whose place it is to come
	Failed   string    // why it did not, once From has passed
}

// Catalogue keeps descriptions of sets. The pointer decides what is in force (jurisdiction.Writer.Switch); the status here is
// derived when it is read: the store keeps only whether and when a set was published.
type Catalogue interface {
	// Register stores the description of a new set; one that exists is left as it is and given back, but that a draft takes a note. One that was
	// discarded is there again.
	Register(ctx context.Context, s Set) (now Set, again bool, err error)
	// MarkPublished notes the time of a publication, and that none is planned any more.
	MarkPublished(ctx context.Context, jurisdiction, version string, at time.Time) error
	// Describe gives one set; fault.Unknown where there is none, or it was discarded. Status is Draft or Superseded.
	Describe(ctx context.Context, jurisdiction, version string) (Set, error)
	// PlanPublication notes when a set is to come into force; the zero Plan takes that back.
	PlanPublication(ctx context.Context, jurisdiction, version string, p Plan) error
	// DuePublications calls each with every set whose plan is not after until.
	DuePublications(ctx context.Context, until time.Time, each func(Set) error) error
	// All gives every set of the jurisdiction, newest first.
	All(ctx context.Context, jurisdiction string) ([]Set, error)
}

// Uploads gives addresses to which large files are sent, and reads them.
type Uploads interface {
	// Presign gives an address that takes one PUT of the given key until expiry.
	Presign(ctx context.Context, key string, expires time.Duration) (url string, headers map[string]string, err error)
	// Read gives at most limit+1 bytes of the object; fault.Unknown where there is none.
	Read(ctx context.Context, key string, limit int64) ([]byte, error)
}

// UnknownSet is the answer to a set that does not exist, or not for the one who asks.
func UnknownSet(version string) error {
	return &fault.Error{Code: fault.Unknown, Field: "set", Message: "There is no boundary set " + version + " here."}
}
