// Package photo holds the photos of reports: how one is sent, which report claims it, and who may see it. What becomes of its pixels is
// package darkroom's.
package photo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// Status is how far a photo is.
type Status string

// The statuses of a photo.
const (
	Waiting Status = "waiting" // to be sent, or to be developed
	Ready   Status = "ready"   // its prints can be looked at
	Refused Status = "refused" // there will be none, see Refusal
)

// Refusal says why a photo was refused.
type Refusal string

// The reasons for a refusal.
const (
	NotSent       Refusal = "not_sent"        // nothing came while it could be sent
	NotReadable   Refusal = "not_readable"    // no image, or a damaged one
	WrongType     Refusal = "wrong_type"      // an image of another type than was said
	TooManyPixels Refusal = "too_many_pixels" // more than 40 million
	TooLarge      Refusal = "too_large"       // more than MaxBytes
	Expired       Refusal = "expired"         // its prints were thrown away, as they are kept for so long only
)

// Limits of a photo.
const (
	MaxBytes = 8 << 20          // of the file that is sent
	SendFor  = 10 * time.Minute // how long it can be sent
	KeptFor  = 24 * time.Hour   // how long one is kept that no report claims
)

// Sizes are the longest edges of the prints in pixels, smallest first. A photo that is smaller than one is not made larger for it.
var Sizes = []int{320, 1024, 2048}

// Types are the content types that are taken.
var Types = []string{"image/jpeg", "image/png", "image/webp"}

// PrintType is the content type of every print.
const PrintType = "image/jpeg"

// Photo is what is known of one.
type Photo struct {
	ID           string // 130 random bits: whoever knows it may claim it for a report
	Jurisdiction string
	Type         string // content type that its sender announced
	Status       Status
	Refusal      Refusal // empty unless refused
	Take         string  // names the file it was developed from; the prints' keys hold it, so that no later file can take their place
	Width        int     // of the largest print, upright, in pixels
	Height       int
	MadeAt       time.Time // UTC, milliseconds
	Report       string    // id of the report that has it; empty while none does
	By           string    // who claimed it: a person's id, or report.Resident
	Released     bool      // staff found that anybody may see it
	ReleasedBy   string    // the person who released it, or took that back, last
	ReleasedAt   time.Time
	TendAt       time.Time // when somebody has to look after it; zero when nothing is left to do
}

// Expires says when the photo is gone if no report claims it.
func (p Photo) Expires() time.Time { return p.MadeAt.Add(KeptFor) }

// Gone reports whether nobody claimed it in time. It may still be stored then.
func (p Photo) Gone(now time.Time) bool { return p.Report == "" && !now.Before(p.Expires()) }

const quarantine = "quarantine/"

// QuarantineKey is where the file of a photo arrives. Only the darkroom reads there.
func (p Photo) QuarantineKey() string { return quarantine + p.Jurisdiction + "/" + p.ID }

// FromQuarantineKey is the inverse of QuarantineKey; ok is false for other keys.
func FromQuarantineKey(key string) (jurisdiction, id string, ok bool) {
	rest, ok := strings.CutPrefix(key, quarantine)
	if !ok {
		return "", "", false
	}
	jurisdiction, id, ok = strings.Cut(rest, "/")
	return jurisdiction, id, ok && jurisdiction != "" && IsID(id)
}

// PrintKey is where the print of a size is kept.
func (p Photo) PrintKey(size int) string {
	return fmt.Sprintf("photos/%s/%s/%s-%d.jpg", p.Jurisdiction, p.ID, p.Take, size)
}

const idLetters = 26 // of base 32

// IsID reports whether a text can be the id of a photo.
func IsID(s string) bool {
	return len(s) == idLetters && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '2' || r > '7') })
}

// heic is the format of iPhones, which is under patents and which nothing here reads.
const heic = "image/heic"

// CheckType gives the content type that a photo is announced with, or a fault that names those that are taken.
func CheckType(s string) (string, error) {
	kind := strings.ToLower(strings.TrimSpace(s))
	switch {
	case slices.Contains(Types, kind):
		return kind, nil
	case kind == heic || kind == "image/heif":
		return "", fault.Field("content_type", "HEIC photos cannot be read here. Please send it as JPEG; an iPhone takes its photos so with the setting Camera, Formats, Most Compatible.")
	}
	return "", fault.Field("content_type", "A photo is one of %s.", strings.Join(Types, ", "))
}

// KindOf tells the content type of an image by how its file begins: one of Types, image/heic, or empty for anything else.
func KindOf(file []byte) string {
	begins := func(at int, with string) bool {
		return len(file) >= at+len(with) && string(file[at:at+len(with)]) == with
	}
	switch {
	case begins(0, "\xff\xd8\xff"):
		return "image/jpeg"
	case begins(0, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case begins(0, "RIFF") && begins(8, "WEBP"):
		return "image/webp"
	case begins(4, "ftyphei") || begins(4, "ftyphev") || begins(4, "ftypmif1") || begins(4, "ftypmsf1"):
		return heic
	}
	return ""
}

// Unknown is the answer to a photo that does not exist, has expired, or is not for the one who asks.
func Unknown() error {
	return &fault.Error{Code: fault.Unknown, Field: "photo", Message: "There is no such photo here, or it has expired. Please send it again."}
}
