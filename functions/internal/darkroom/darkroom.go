package darkroom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/photo"
)

// Negatives keeps what is known of photos. All writes are conditional.
type Negatives interface {
	// Photo gives one as it is stored, also when it is gone; fault.Unknown where there is none.
	Photo(ctx context.Context, jurisdiction, id string) (photo.Photo, error)
	// SettlePhoto notes what became of a photo that waits. Of one that was settled before it gives what is stored and changes nothing.
	SettlePhoto(ctx context.Context, p photo.Photo) (photo.Photo, error)
	// DuePhotos calls each with the photos whose TendAt is not after until.
	DuePhotos(ctx context.Context, until time.Time, each func(photo.Photo) error) error
	// LeavePhoto ends looking after a photo: one that nobody claimed is forgotten, one that was claimed since stays, to be looked after again at
	// an instant, or never where that is zero.
	LeavePhoto(ctx context.Context, p photo.Photo, again time.Time) error
	// ExpirePhoto notes that there are no prints any more of a photo that a report has, and ends looking after it.
	ExpirePhoto(ctx context.Context, p photo.Photo) error
}

// Files is where files arrive and prints are kept.
type Files interface {
	// Read gives at most limit+1 bytes; fault.Unknown where there is no such file.
	Read(ctx context.Context, key string, limit int64) ([]byte, error)
	// Put stores a file, in place of one with the same key.
	Put(ctx context.Context, key, contentType string, file []byte) error
	// Delete is no error where there is no such file.
	Delete(ctx context.Context, key string) error
}

// Darkroom develops what arrives and throws away what nobody claims. All fields are needed but KeepFor.
type Darkroom struct {
	Negatives  Negatives
	Quarantine Files
	Prints     Files
	KeepFor    time.Duration // how long prints of photos that a report has are kept; zero is for ever
	Now        func() time.Time
	Log        *slog.Logger
}

// Develop makes the prints of the photo whose file lies under a key of the quarantine, and removes the file. Doing it again, or for a
// second file of the same photo, changes nothing. A key that is none of a photo is left alone.
func (d *Darkroom) Develop(ctx context.Context, key string) error {
	j, id, ok := photo.FromQuarantineKey(key)
	if !ok {
		return nil
	}
	p, err := d.Negatives.Photo(ctx, j, id)
	if fault.Is(err, fault.Unknown) {
		return d.Quarantine.Delete(ctx, key) // nobody announced it, or it came when it was forgotten
	}
	if err != nil {
		return err
	}
	if err := d.develop(ctx, p); !errors.Is(err, errNothing) {
		return err
	}
	return nil // another copy was faster
}

func (d *Darkroom) develop(ctx context.Context, p photo.Photo) error {
	key := p.QuarantineKey()
	if p.Status != photo.Waiting || p.Gone(d.Now()) {
		return d.Quarantine.Delete(ctx, key)
	}
	file, err := d.Quarantine.Read(ctx, key, photo.MaxBytes)
	if fault.Is(err, fault.Unknown) {
		return errNothing
	}
	if err != nil {
		return err
	}
	var prints []Print
	if int64(len(file)) > photo.MaxBytes {
		p.Refusal = photo.TooLarge
	} else {
		prints, p.Refusal = Develop(file, p.Type)
	}
	p.Status = photo.Refused
	if p.Refusal == "" {
		sum := sha256.Sum256(file)
		p.Status, p.Take = photo.Ready, hex.EncodeToString(sum[:8])
		p.Width, p.Height = prints[len(prints)-1].Width, prints[len(prints)-1].Height
	}
	for _, one := range prints {
		if err := d.Prints.Put(ctx, p.PrintKey(one.Size), photo.PrintType, one.JPEG); err != nil {
			return err
		}
	}
	p.TendAt = p.Expires()
	stored, err := d.Negatives.SettlePhoto(ctx, p)
	if err == nil && stored.Take != p.Take && p.Take != "" { // another file of the same photo was first
		err = d.discard(ctx, p)
	}
	if err != nil {
		return err
	}
	d.Log.InfoContext(ctx, "developed", "status", stored.Status, "refusal", stored.Refusal)
	return d.Quarantine.Delete(ctx, key)
}

// errNothing says that no file has arrived.
var errNothing = errors.New("nothing was sent")

func (d *Darkroom) discard(ctx context.Context, p photo.Photo) error {
	for _, size := range photo.Sizes {
		if err := d.Prints.Delete(ctx, p.PrintKey(size)); err != nil {
			return err
		}
	}
	return nil
}

// Tend looks after every photo of which it is time: one whose file arrived and of which nobody told is developed, one whose file never
// came is refused, one that nobody claimed is forgotten with its prints, and of one that was kept long enough the prints are thrown away. It gives how many it looked after.
func (d *Darkroom) Tend(ctx context.Context) (int, error) {
	n, wrong := 0, error(nil)
	err := d.Negatives.DuePhotos(ctx, d.Now(), func(p photo.Photo) error {
		n++
		if err := d.tend(ctx, p); err != nil { // it will be looked after again; the others must not wait for it
			wrong = errors.Join(wrong, fmt.Errorf("photo %s: %w", p.ID, err))
		}
		return ctx.Err()
	})
	return n, errors.Join(err, wrong)
}

func (d *Darkroom) tend(ctx context.Context, p photo.Photo) error {
	switch {
	case p.Gone(d.Now().Add(-photo.SendFor)): // a little later than it is gone for everybody else, whose clocks may differ
		err := d.Quarantine.Delete(ctx, p.QuarantineKey())
		if err == nil && p.Take != "" {
			err = d.discard(ctx, p)
		}
		if err != nil {
			return err
		}
		return d.Negatives.LeavePhoto(ctx, p, time.Time{})
	case p.Status == photo.Waiting:
		err := d.develop(ctx, p)
		if !errors.Is(err, errNothing) {
			return err
		}
		p.Status, p.Refusal, p.TendAt = photo.Refused, photo.NotSent, p.Expires()
		_, err = d.Negatives.SettlePhoto(ctx, p)
		return err
	case p.Report != "" && d.KeepFor > 0 && !d.Now().Before(p.MadeAt.Add(d.KeepFor)):
		if err := d.discard(ctx, p); err != nil {
			return err
		}
		return d.Negatives.ExpirePhoto(ctx, p)
	case p.Report != "":
		return d.Negatives.LeavePhoto(ctx, p, d.end(p))
	}
	return nil
}

// end says until when the prints of a photo that a report has are kept; zero is for ever.
func (d *Darkroom) end(p photo.Photo) time.Time {
	if d.KeepFor == 0 || p.Take == "" {
		return time.Time{}
	}
	return p.MadeAt.Add(d.KeepFor)
}
