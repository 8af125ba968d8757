package photo

import (
	"context"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// MaxOfReport is how many photos a report has at most.
const MaxOfReport = 10

// Album keeps what is known of photos. All writes are conditional.
type Album interface {
	// BeginPhoto stores a new photo.
	BeginPhoto(ctx context.Context, p Photo) error
	// Photo gives one as it is stored, also when it is gone; Unknown where there is none.
	Photo(ctx context.Context, jurisdiction, id string) (Photo, error)
}

// Pages keeps which report has which photos.
type Pages interface {
	// ClaimPhoto gives a photo to a report, once: claiming it again for the same one changes nothing. Unknown where it is gone or another
	// report has it; fault.Conflict where the report has MaxOfReport.
	ClaimPhoto(ctx context.Context, p Photo, report, who string, at time.Time) error
	// PhotosOf gives the photos of a report in the order in which they were added.
	PhotosOf(ctx context.Context, jurisdiction, report string) ([]Photo, error)
	// ReleasePhoto notes whether anybody may see a photo that is ready and of this report, and who said so.
	ReleasePhoto(ctx context.Context, p Photo, released bool, who string, at time.Time) error
}

// Form is what a browser posts a file with: all fields, and then the file as "file".
type Form struct {
	URL    string
	Fields map[string]string
}

// Post gives a form that takes one file of a type and of 1 to most bytes under exactly one key, for some time. It does no network.
type Post interface {
	PresignPost(ctx context.Context, key, contentType string, most int64, expires time.Duration) (Form, error)
}

// Gallery gives addresses under which a print can be looked at for some time. It does no network.
type Gallery interface {
	PresignGet(ctx context.Context, key string, expires time.Duration) (url string, err error)
}

// Desk takes photos and shows them. All fields are needed.
type Desk struct {
	Books   *jurisdiction.Books
	Album   Album
	Pages   Pages
	Post    Post
	Gallery Gallery
	Now     func() time.Time
	NewID   func() string // see Photo.ID
}

// Ticket says how a photo is sent.
type Ticket struct {
	Photo   Photo
	Form    Form
	Expires time.Time // of the form
}

// Begin announces a photo.
func (d *Desk) Begin(ctx context.Context, code, contentType string) (Ticket, error) {
	kind, err := CheckType(contentType)
	if err != nil {
		return Ticket{}, err
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Ticket{}, err
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	p := Photo{ID: d.NewID(), Jurisdiction: c.Jurisdiction, Type: kind, Status: Waiting, MadeAt: now, TendAt: now.Add(SendFor + settleFor)}
	form, err := d.Post.PresignPost(ctx, p.QuarantineKey(), kind, MaxBytes, SendFor)
	if err == nil {
		err = d.Album.BeginPhoto(ctx, p)
	}
	return Ticket{Photo: p, Form: form, Expires: now.Add(SendFor)}, err
}

// settleFor is how long after its form a photo is looked after, if nothing has become of it: a file may still be under way then.
const settleFor = 10 * time.Minute

// Look gives a photo to whoever knows its id.
func (d *Desk) Look(ctx context.Context, code, id string) (Photo, error) {
	if !IsID(id) {
		return Photo{}, Unknown()
	}
	p, err := d.Album.Photo(ctx, code, id)
	if err == nil && p.Gone(d.Now()) {
		err = Unknown()
	}
	return p, err
}

// Add gives a photo to a report. who is a person's id, or report.Resident.
func (d *Desk) Add(ctx context.Context, st report.State, id, who string) error {
	p, err := d.Look(ctx, st.Jurisdiction, id)
	if fault.Is(err, fault.Unknown) || err == nil && p.Report != "" && p.Report != st.ID {
		return fault.Field("photo", "There is no such photo here, it has expired, or another report has it. Please send it again.")
	}
	if err != nil {
		return err
	}
	return d.Pages.ClaimPhoto(ctx, p, st.ID, who, d.Now().UTC().Truncate(time.Millisecond))
}

// Shown is a photo with addresses of its prints.
type Shown struct {
	Photo
	Prints  []Print // by size, smallest first; none unless it is ready
	Expires time.Time
}

// Print is one size of a photo.
type Print struct {
	Size int // longest edge in pixels, at most
	URL  string
}

// showFor is how long the addresses of prints hold. They are capabilities: whoever has one sees the photo.
const showFor = 5 * time.Minute

// Of shows the photos of a report to those who may see all of it.
func (d *Desk) Of(ctx context.Context, st report.State) ([]Shown, error) {
	return d.show(ctx, st, func(Photo) bool { return true })
}

// Public shows the photos of a report that staff released for everybody; none of a report that is not public.
func (d *Desk) Public(ctx context.Context, st report.State) ([]Shown, error) {
	if !st.Public() {
		return nil, &fault.Error{Code: fault.Unknown, Field: "report", Message: "There is no such report here."}
	}
	return d.show(ctx, st, func(p Photo) bool { return p.Released })
}

func (d *Desk) show(ctx context.Context, st report.State, may func(Photo) bool) ([]Shown, error) {
	photos, err := d.Pages.PhotosOf(ctx, st.Jurisdiction, st.ID)
	if err != nil {
		return nil, err
	}
	shown := []Shown{}
	for _, p := range photos {
		if !may(p) {
			continue
		}
		one := Shown{Photo: p}
		for _, size := range Sizes {
			if p.Status != Ready {
				break
			}
			url, err := d.Gallery.PresignGet(ctx, p.PrintKey(size), showFor)
			if err != nil {
				return nil, err
			}
			one.Prints, one.Expires = append(one.Prints, Print{size, url}), d.Now().UTC().Add(showFor).Truncate(time.Second)
		}
		shown = append(shown, one)
	}
	return shown, nil
}

// Release lets anybody see a photo of a report, or takes that back: addresses that were given out hold for a few minutes more.
func (d *Desk) Release(ctx context.Context, st report.State, id string, released bool, who string) error {
	p, err := d.Look(ctx, st.Jurisdiction, id)
	switch {
	case err != nil:
		return err
	case p.Report != st.ID:
		return Unknown()
	case released && !st.Public():
		return fault.New(fault.Conflict, "This report is not public, so none of its photos can be.")
	case released && p.Status != Ready:
		return fault.New(fault.Conflict, "This photo cannot be looked at yet; release it once it can.")
	}
	return d.Pages.ReleasePhoto(ctx, p, released, who, d.Now().UTC().Truncate(time.Millisecond))
}
