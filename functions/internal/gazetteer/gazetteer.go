// Package gazetteer keeps a jurisdiction's standard addresses: it brings them in, puts them in force and takes that back, and finds
// where a text lies with the areas that hold it.
package gazetteer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// Version describes one stored gazetteer.
type Version struct {
	Version   string // see jurisdiction.VersionOf
	Country   string // whose grammar reads it
	CreatedAt time.Time
	By        string // person's id of who imported it
	Addresses int
	Places    int // roads, estates and landmarks
	Bytes     int // compiled
}

// Catalogue keeps descriptions of gazetteers.
type Catalogue interface {
	// RegisterGazetteer stores the description of a new one; one that exists is left as it is.
	RegisterGazetteer(ctx context.Context, jurisdiction string, v Version) error
	// Gazetteers gives every one of the jurisdiction, newest first.
	Gazetteers(ctx context.Context, jurisdiction string) ([]Version, error)
}

// Uploads reads large files that were sent to the object store.
type Uploads interface {
	// Open gives the object as a stream that ends after limit+1 bytes, and its size; fault.Unknown where there is none.
	Open(ctx context.Context, key string, limit int64) (io.ReadCloser, int64, error)
}

// AtOnce is how many bytes a file may have to be imported while somebody waits: some 300,000 addresses, which take 8 s.
const AtOnce = 16 << 20

// Desk imports gazetteers and answers from the one in force.
type Desk struct {
	Books     *jurisdiction.Books
	Shelf     *jurisdiction.Shelf[*address.Gazetteer]
	Writer    jurisdiction.Writer
	Catalogue Catalogue
	Uploads   Uploads         // needed for imports of uploads
	Reading   address.Reading // needed for imports: how characters sound
	Beyond    Beyond          // asked where the gazetteer finds nothing; nil asks nobody
	Bytes     int64           // largest file
	Rows      int             // most addresses
	Now       func() time.Time
	Intakes   Intakes // needed for large imports
	Queue     Queue   // of those who do large imports; needed to order them
}

// NewShelf gives the shelf of opened gazetteers.
func NewShelf(s jurisdiction.Snapshots) *jurisdiction.Shelf[*address.Gazetteer] {
	return jurisdiction.NewShelf(s, jurisdiction.GazetteerKind, address.Open) // the shelf compares the bytes with the version, which is their digest
}

// Order says what to import.
type Order struct {
	Country string
	File    []byte // the CSV; or
	Upload  string // the key under which it was uploaded
	Name    string // of the file, for people; may be empty
	DryRun  bool
	By      string           // person's id
	Told    address.Progress // is told how far it is; may be nil

	Expected *string   // the version that must be in force; nil: the one that is when it begins
	read     func(int) // is told how many bytes more were read; may be nil
}

// Import tells what a file held.
type Import struct {
	Version  Version // without Version.Version on a dry run
	Warnings []fault.Detail
	Replaced string // the version that was in force before
}

// Import reads a gazetteer and, unless it is a dry run, puts it in force as a whole. Faults of the file are listed by line in a fault
// with code fault.FaultyFile, and then nothing is stored. An address outside the area that its line states is a warning.
func (d *Desk) Import(ctx context.Context, code string, o Order) (Import, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Import{}, err
	}
	grammar, ok := address.GrammarOf(o.Country)
	if !ok {
		return Import{}, unreadable()
	}
	expected := c.Gazetteer
	if o.Expected != nil {
		expected = *o.Expected
	}
	file, size, err := d.open(ctx, code, o)
	if err != nil {
		return Import{}, err
	}
	defer file.Close()
	if o.read == nil && size > AtOnce {
		return Import{}, fault.New(fault.TooLarge, "A file of more than %d bytes takes longer than a request may; upload it and order its import.", AtOnce)
	}
	read, err := grammar.ReadCSV(file, d.Rows, o.Told)
	if err != nil {
		return Import{}, err
	}
	d.place(c, read)
	if read.Errors > 0 {
		message := fmt.Sprintf("Nothing was stored. Faults in the gazetteer: %d.", read.Errors)
		if read.Errors > address.MaxFaults {
			message = fmt.Sprintf("The gazetteer has %d faults, of which the first %d are listed; nothing was stored.", read.Errors, address.MaxFaults)
		}
		return Import{}, &fault.Error{Code: fault.FaultyFile, Details: refusing(details(read.Faults)), Message: message}
	}
	blob, err := grammar.Compile(read.Rows, d.Reading, o.Told)
	if err != nil {
		return Import{}, fmt.Errorf("compile gazetteer: %w", err)
	}
	g, err := address.Open(blob)
	if err != nil {
		return Import{}, fmt.Errorf("open gazetteer: %w", err)
	}
	result := Import{Warnings: details(read.Faults), Replaced: expected,
		Version: Version{Country: o.Country, CreatedAt: d.Now().UTC(), By: o.By, Addresses: g.Len(), Places: g.Places(), Bytes: len(blob)}}
	if o.DryRun {
		return result, nil
	}
	result.Version.Version = jurisdiction.VersionOf(blob)
	if err := d.Writer.PutSnapshot(ctx, code, jurisdiction.GazetteerKind, result.Version.Version, blob); err != nil {
		return Import{}, err
	}
	if err := d.Catalogue.RegisterGazetteer(ctx, code, result.Version); err != nil {
		return Import{}, err
	}
	return result, d.Writer.Switch(ctx, code, jurisdiction.Change{Kind: jurisdiction.GazetteerKind, Expected: expected, Next: result.Version.Version})
}

// open gives the file, which was sent whole or uploaded before, and its size in bytes.
func (d *Desk) open(ctx context.Context, code string, o Order) (file io.ReadCloser, size int64, err error) {
	switch {
	case (len(o.File) > 0) == (o.Upload != ""):
		return nil, 0, fault.Field("upload", "Send the file in the body, or name an upload.")
	case o.Upload == "":
		return io.NopCloser(bytes.NewReader(o.File)), int64(len(o.File)), nil
	case !strings.HasPrefix(o.Upload, jurisdiction.UploadPrefix(code)):
		return nil, 0, fault.Field("upload", "This is no upload of this jurisdiction.")
	}
	file, size, err = d.Uploads.Open(ctx, o.Upload, d.Bytes)
	if fault.Is(err, fault.Unknown) {
		return nil, 0, fault.Field("upload", "Nothing was uploaded there yet, or it has expired; send the file with PUT first.")
	}
	if err == nil && size > d.Bytes {
		_ = file.Close()
		return nil, 0, fault.New(fault.TooLarge, "A gazetteer may have %d bytes at most; this has %d.", d.Bytes, size)
	}
	if err == nil && o.read != nil {
		file = counted{file, o.read}
	}
	return file, size, err
}

// place compares where addresses lie with the areas they state.
func (d *Desk) place(c jurisdiction.Current, f *address.File) {
	if c.Areas == nil {
		return
	}
	for i, r := range f.Rows {
		leaf := c.Areas.Leaf(r.Point.Degrees())
		warn := func(field string, reason address.Reason, message string) {
			f.Faulty(address.Fault{Line: f.Lines[i], Field: field, Reason: reason, Message: message, Warning: true})
		}
		if leaf < 0 {
			warn("lon", address.OutsideAreas, "The address lies outside every area of the boundaries in force.")
			continue
		}
		if r.Area == "" {
			continue
		}
		if _, known := c.Areas.Find(r.Area); !known {
			f.Faulty(address.Fault{Line: f.Lines[i], Field: "area", Reason: address.UnknownArea, Message: fmt.Sprintf("The boundaries in force have no area %q.", r.Area)})
			continue
		}
		chain := c.Areas.Chain(leaf)
		held := slices.ContainsFunc(chain, func(id areaID) bool { return c.Areas.Area(id).Code == r.Area })
		if !held {
			warn("area", address.OtherArea, fmt.Sprintf("The address lies in %s, not in its stated area %s.", c.Areas.Area(leaf).Code, r.Area))
		}
	}
}

func details(faults []address.Fault) []fault.Detail {
	var list []fault.Detail
	for _, f := range faults {
		kind := "line"
		if f.Warning {
			kind = "warning"
		}
		list = append(list, fault.Detail{Kind: kind, Message: f.Message, Feature: -1, Line: f.Line, Field: f.Field, Reason: string(f.Reason)})
	}
	return list
}

// refusing puts what has to be mended before what need not be, of which a hundred are enough then: an intake keeps them in 400 KB.
func refusing(list []fault.Detail) []fault.Detail {
	warning := func(d fault.Detail) bool { return d.Kind == "warning" }
	errors, warnings := slices.DeleteFunc(slices.Clone(list), warning), slices.DeleteFunc(list, func(d fault.Detail) bool { return !warning(d) })
	return append(errors, warnings[:min(len(warnings), 100)]...)
}

// All gives every gazetteer of a jurisdiction, newest first, and the version in force.
func (d *Desk) All(ctx context.Context, code string) (list []Version, inForce string, err error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return nil, "", err
	}
	list, err = d.Catalogue.Gazetteers(ctx, code)
	return list, c.Gazetteer, err
}

// PutInForce puts a stored gazetteer in force again, if the one in force is still expected. All of it is read before. Putting in force
// what is in force changes nothing.
func (d *Desk) PutInForce(ctx context.Context, code, version, expected string) error {
	if _, err := d.Books.Current(ctx, code); err != nil {
		return err
	}
	if _, err := d.Shelf.Get(ctx, code, version); err != nil {
		if fault.Is(err, fault.Unknown) {
			return &fault.Error{Code: fault.Unknown, Field: "version", Message: fmt.Sprintf("There is no gazetteer %q here.", version)}
		}
		return err
	}
	return d.Writer.Switch(ctx, code, jurisdiction.Change{Kind: jurisdiction.GazetteerKind, Expected: expected, Next: version})
}
