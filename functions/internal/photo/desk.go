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
	// AddPhoto gives a photo to a report and makes the step of its history that says so, once and at once: adding it again to the same one changes
	// nothing. It gives false, and nothing was changed, where the report is another version meanwhile. Unknown where the photo is gone or
	// another report has it; fault.Conflict where the report has MaxOfReport.
	AddPhoto(ctx context.Context, p Photo, next report.State, e report.Event) (bool, error)
	// PhotosOf gives the photos of a report in the order in which they were added.
	PhotosOf(ctx context.Context, jurisdiction, report string) ([]Photo, error)
	// ReleasePhoto notes whether anybody may see a photo that is ready and of this report, and who said so, with the step that says so; false as
	// in AddPhoto.
	ReleasePhoto(ctx context.Context, p Photo, released bool, next report.State, e report.Event) (bool, error)
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

// Drawer takes files that others sent along with something else.
type Drawer interface {
	// Put stores a file, in place of one with the same key.
	Put(ctx context.Context, key, contentType string, file []byte) error
}

// Gallery gives addresses under which a print can be looked at for some time. It does no network.
type Gallery interface {
	PresignGet(ctx context.Context, key string, expires time.Duration) (url string, err error)
}

// Limits counts what comes from one place.
type Limits interface {
	// Allow counts one in a window of time that begins at a multiple of it, unless most have been counted; then it gives false.
	Allow(ctx context.Context, name string, at time.Time, window time.Duration, most int) (bool, error)
}

// Desk takes photos and shows them. Begin needs Post and NewID, Take needs Drawer, and whatever shows photos needs Gallery; the other fields are
// needed for everything.
type Desk struct {
	Books   *jurisdiction.Books
	Reports report.Reader
	Limits  Limits
	Secrets *report.Secrets
	Album   Album
	Pages   Pages
	Post    Post
	Drawer  Drawer
	Gallery Gallery
	Now     func() time.Time
	NewID   func() string          // see Photo.ID
	NewOp   func() (string, error) // operation id of a release
}

// Ticket says how a photo is sent.
type Ticket struct {
	Photo   Photo
	Form    Form
	Expires time.Time // of the form
}

// perSenderHour is how many photos can be announced from one place in an hour: an office full of people behind one address, or a
// neighbourhood behind one operator's, sends fewer.
const perSenderHour = 120

// Begin announces a photo. sender says where the request came from, for counting only.
func (d *Desk) Begin(ctx context.Context, code, contentType, sender string) (Ticket, error) {
	kind, err := CheckType(contentType)
	if err != nil {
		return Ticket{}, err
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Ticket{}, err
	}
	ok, err := d.Limits.Allow(ctx, "photo-"+d.Secrets.Operation(c.Jurisdiction, "sender of photos\n"+sender), d.Now(), time.Hour, perSenderHour)
	if err == nil && !ok {
		err = fault.New(fault.TooMany, "More than %d photos came from where you are within an hour. Please try again in an hour; the report can be filed without.", perSenderHour)
	}
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

// Take takes the file of a photo that came with something else, for a report to claim. The same mark gives the same photo, whose id nobody
// can guess who does not know the secrets.
func (d *Desk) Take(ctx context.Context, code, mark string, file []byte) (string, error) {
	kind, err := CheckType(KindOf(file))
	if err != nil {
		return "", err
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return "", err
	}
	id := d.Secrets.Letters(c.Jurisdiction, "photo\n"+mark)
	now := d.Now().UTC().Truncate(time.Millisecond)
	p, err := d.Album.Photo(ctx, c.Jurisdiction, id)
	if fault.Is(err, fault.Unknown) {
		p = Photo{ID: id, Jurisdiction: c.Jurisdiction, Type: kind, Status: Waiting, MadeAt: now, TendAt: now.Add(SendFor + settleFor)}
		err = d.Album.BeginPhoto(ctx, p)
	}
	if err == nil && p.Status == Waiting {
		err = d.Drawer.Put(ctx, p.QuarantineKey(), p.Type, file)
	}
	return id, err
}

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

// Add gives a photo to a report and says so in its history. who is a person's id, or report.Resident.
func (d *Desk) Add(ctx context.Context, st report.State, id, who string) error {
	return d.step(ctx, st, func(st report.State, step report.Step) (bool, error) {
		p, err := d.Look(ctx, st.Jurisdiction, id)
		switch {
		case fault.Is(err, fault.Unknown) || err == nil && p.Report != "" && p.Report != st.ID:
			return false, fault.Field("photo", "There is no such photo here, it has expired, or another report has it. Please send it again.")
		case err != nil || p.Report == st.ID:
			return true, err
		}
		step.Kind, step.Who, step.Op, step.Photo = report.Pictured, who, "photo/"+id, id
		next, e, err := st.Take(step)
		if err != nil {
			return false, err
		}
		return d.Pages.AddPhoto(ctx, p, next, e)
	})
}

// stepTries is how often a step is tried again on what somebody changed meanwhile.
const stepTries = 16

// step does what makes a step of a report's history, on the report as it is.
func (d *Desk) step(ctx context.Context, st report.State, do func(report.State, report.Step) (bool, error)) error {
	for range stepTries {
		c, err := d.Books.Current(ctx, st.Jurisdiction)
		if err != nil {
			return err
		}
		done, err := do(st, report.Step{At: d.Now(), Pace: st.Pace(c.Settings)})
		if done || err != nil {
			return err
		}
		if st, _, err = d.Reports.Report(ctx, st.Jurisdiction, st.ID); err != nil {
			return err
		}
	}
	return fault.New(fault.Undecided, "This report is being changed by others just now. Please try again.")
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

// Release lets anybody see a photo of a report, or takes that back, and says so in its history. Addresses that were given out hold for a few
// minutes more. What is so already stays as it is.
func (d *Desk) Release(ctx context.Context, st report.State, id string, released bool, who string) error {
	return d.step(ctx, st, func(st report.State, step report.Step) (bool, error) {
		p, err := d.Look(ctx, st.Jurisdiction, id)
		switch {
		case err != nil:
			return false, err
		case p.Report != st.ID:
			return false, Unknown()
		case p.Released == released:
			return true, nil
		case released && !st.Public():
			return false, fault.New(fault.Conflict, "This report is not public, so none of its photos can be.")
		case released && p.Status != Ready:
			return false, fault.New(fault.Conflict, "This photo cannot be looked at yet; release it once it can.")
		}
		if step.Shown, err = d.firstShown(ctx, st, id, released); err != nil {
			return false, err
		}
		op, err := d.NewOp()
		if err != nil {
			return false, err
		}
		step.Kind, step.Who, step.Op, step.Photo = report.Withdrawn, who, op, id
		if released {
			step.Kind = report.Released
		}
		next, e, err := st.Take(step)
		if err != nil {
			return false, err
		}
		return d.Pages.ReleasePhoto(ctx, p, released, next, e)
	})
}

// firstShown gives the first photo of a report that anybody may see once one of them is released or withdrawn; empty where there is none.
func (d *Desk) firstShown(ctx context.Context, st report.State, id string, released bool) (string, error) {
	photos, err := d.Pages.PhotosOf(ctx, st.Jurisdiction, st.ID)
	for _, p := range photos {
		if p.ID == id && released || p.ID != id && p.Released {
			return p.ID, err
		}
	}
	return "", err
}

// Released gives the ids of those photos of a report that everybody may see, in the order in which they were added.
func (d *Desk) Released(ctx context.Context, st report.State) (ids []string, err error) {
	photos, err := d.Pages.PhotosOf(ctx, st.Jurisdiction, st.ID)
	for _, p := range photos {
		if p.Released && p.Status == Ready && st.Public() {
			ids = append(ids, p.ID)
		}
	}
	return ids, err
}

// See gives an address under which the largest print of a photo that staff released can be looked at for some time. One that is not, or no more,
// for everybody is Unknown.
func (d *Desk) See(ctx context.Context, code, id string) (string, error) {
	p, err := d.Look(ctx, code, id)
	if err == nil && (!p.Released || p.Status != Ready || p.Report == "") {
		err = Unknown()
	}
	if err != nil {
		return "", err
	}
	st, _, err := d.Reports.Report(ctx, code, p.Report)
	if err == nil && !st.Public() { // it can have become private since
		err = Unknown()
	}
	if err != nil {
		return "", err
	}
	return d.Gallery.PresignGet(ctx, p.PrintKey(Sizes[len(Sizes)-1]), showFor)
}
