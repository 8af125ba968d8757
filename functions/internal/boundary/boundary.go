// Package boundary brings boundary sets in, as drafts, and puts them in force.
package boundary

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// maxFaults is how many faults of a file are listed with their geometry.
const maxFaults = 500

// outlineBytes is how much of the outlines of faults, as GeoJSON, is listed.
const outlineBytes = 1_000_000

// uploadFor is how long a presigned address takes an upload.
const uploadFor = 15 * time.Minute

// Desk imports, draws and publishes boundary sets. All fields are needed.
type Desk struct {
	Books     *jurisdiction.Books
	Writer    jurisdiction.Writer
	Catalogue Catalogue
	Uploads   Uploads
	Drawings  Drawings
	Holds     Holds
	Limits    geo.Limits
	Now       func() time.Time
	NewID     func() (string, error)

	drawn sketches
}

// Upload says where a large file is to be sent.
type Upload struct {
	Key      string
	URL      string
	Headers  map[string]string
	Expires  time.Time
	MaxBytes int64
}

// NewUpload gives an address that takes one file for this jurisdiction.
func (d *Desk) NewUpload(ctx context.Context, code string) (Upload, error) {
	if _, err := d.Books.Current(ctx, code); err != nil {
		return Upload{}, err
	}
	id, err := d.NewID()
	if err != nil {
		return Upload{}, fmt.Errorf("upload id: %w", err)
	}
	key := jurisdiction.UploadPrefix(code) + id
	url, headers, err := d.Uploads.Presign(ctx, key, uploadFor)
	if err != nil {
		return Upload{}, err
	}
	return Upload{Key: key, URL: url, Headers: headers, Expires: d.Now().UTC().Add(uploadFor), MaxBytes: d.Limits.Bytes}, nil
}

// Import reads a GeoJSON FeatureCollection, given whole or as the key of an upload, into a draft. A file with faults is a fault
// with code fault.FaultyFile that lists all of them; nothing is stored then. The same content gives the same set. The note says what the draft is for.
func (d *Desk) Import(ctx context.Context, code, by, note string, m geo.Mapping, features []byte, upload string) (Set, error) {
	note, err := noteOf(note)
	if err != nil {
		return Set{}, err
	}
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Set{}, err
	}
	file, err := d.file(ctx, code, features, upload)
	if err != nil {
		return Set{}, err
	}
	parsed, faults, err := geo.Parse(file, m, d.Limits)
	if err != nil {
		return Set{}, refusal(err)
	}
	if parsed == nil || slices.ContainsFunc(faults, func(f geo.Fault) bool { return !f.Warning }) {
		return Set{}, &fault.Error{Code: fault.FaultyFile, Details: Details(faults),
			Message: fmt.Sprintf("Nothing was stored. Faults in the boundaries: %d.", len(faults))}
	}
	return d.register(ctx, Set{Jurisdiction: code, By: by, Note: note}, parsed, m, append(faults, held(parsed, c.Areas).warnings()...))
}

func (d *Desk) file(ctx context.Context, code string, features []byte, upload string) (io.Reader, error) {
	switch {
	case (len(features) > 0) == (upload != ""):
		return nil, fault.Field("features", "Give either features or upload.")
	case upload == "":
		return bytes.NewReader(features), nil
	case !strings.HasPrefix(upload, jurisdiction.UploadPrefix(code)):
		return nil, fault.Field("upload", "This is no upload of this jurisdiction.")
	}
	blob, err := d.Uploads.Read(ctx, upload, d.Limits.Bytes)
	if fault.Is(err, fault.Unknown) {
		return nil, fault.Field("upload", "Nothing was uploaded there yet, or it has expired; send the file with PUT first.")
	}
	return bytes.NewReader(blob), err
}

// Publish puts a set in force if the one in force is still expected (empty: none). All of it is read and checked before, so that a
// set that was stored by halves cannot come into force, and one that is no whole partition does only where its faults are accepted. Publishing what is
// in force already changes nothing.
func (d *Desk) Publish(ctx context.Context, code, version, expected string, accepted bool) (Set, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Set{}, err
	}
	s, err := d.Catalogue.Describe(ctx, code, version)
	if err != nil {
		return Set{}, err
	}
	next, err := d.Books.Under(ctx, c, version)
	if err != nil {
		return Set{}, err
	}
	if c.Boundaries != expected && c.Boundaries != version {
		// What a set retires and what succeeds it depends on the set whose place it takes, so that has to be the one we read.
		return Set{}, otherInForce(c.Boundaries)
	}
	if c.Boundaries != version {
		if err := s.unaccepted(accepted, next.Areas, c.Areas); err != nil {
			return Set{}, err
		}
	}
	if err := d.Holds.BeginPublication(ctx, code, version, d.Now()); err != nil { // from here on nobody discards it
		return Set{}, err
	}
	change := jurisdiction.Change{Kind: jurisdiction.Boundaries, Expected: expected, Next: version}
	if c.Areas != nil && c.Boundaries != version {
		change.Retire = c.RetiredBy(next)
		if change.Succession, err = d.succession(ctx, next); err != nil {
			return Set{}, err
		}
	}
	if err := d.Writer.Switch(ctx, code, change); err != nil {
		return Set{}, err
	}
	s.PublishedAt, s.Status, s.Plan = d.Now().UTC(), Published, Plan{}
	return s, d.Catalogue.MarkPublished(ctx, code, version, s.PublishedAt)
}

// succession stores what becomes of areas under next, before that can come into force, and gives its version.
func (d *Desk) succession(ctx context.Context, next jurisdiction.Current) (string, error) {
	blob, err := next.Succession.Bytes()
	if err != nil {
		return "", fmt.Errorf("succession: %w", err)
	}
	version := jurisdiction.VersionOf(blob)
	return version, d.Writer.PutSnapshot(ctx, next.Jurisdiction, jurisdiction.SuccessionKind, version, blob)
}

// Describe gives one set with its status.
func (d *Desk) Describe(ctx context.Context, code, version string) (Set, error) {
	s, err := d.Catalogue.Describe(ctx, code, version)
	if err != nil {
		return Set{}, err
	}
	return d.withStatus(ctx, s)
}

// All gives every set of a jurisdiction with its status, newest first, and the version in force.
func (d *Desk) All(ctx context.Context, code string) (sets []Set, inForce string, err error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return nil, "", err
	}
	if sets, err = d.Catalogue.All(ctx, code); err != nil {
		return nil, "", err
	}
	for i := range sets {
		sets[i].Status = status(sets[i], c.Boundaries)
	}
	return sets, c.Boundaries, nil
}

func (d *Desk) withStatus(ctx context.Context, s Set) (Set, error) {
	f, err := d.Books.Pointers.InForce(ctx, s.Jurisdiction)
	s.Status = status(s, f.Boundaries)
	return s, err
}

func status(s Set, inForce string) Status {
	switch {
	case s.Version == inForce:
		return Published
	case s.PublishedAt.IsZero():
		return Draft
	}
	return Superseded
}

// refusal turns what geo refuses to read into a fault; anything else stays an internal error.
func refusal(err error) error {
	var limit *geo.LimitError
	if errors.As(err, &limit) {
		return &fault.Error{Code: fault.TooLarge, Field: "features", Message: limit.Error()}
	}
	refused := &fault.Error{Code: fault.FaultyFile, Field: "features", Message: err.Error()}
	var file *geo.FileError
	if errors.As(err, &file) { // said again as a finding, which has a kind that programs have words for
		refused.Details = []fault.Detail{{Kind: string(file.Kind), Message: file.Message, Feature: -1}}
	}
	return refused
}

// against gives what keeps a set from being a partition. None of it keeps the set from answering: ground that two areas claim has one
// answer, and ground that none has is outside. So it is for whoever imports to judge. Places are points: outlines could be large.
func against(set *geo.BoundarySet, m geo.Mapping) []geo.Fault {
	tolerance := geo.DefaultTolerance
	if m.Slack > 0 {
		tolerance.Slack = m.Slack
	}
	var list []geo.Fault
	for _, f := range set.Check(tolerance) {
		if f.Kind.OfRing() { // Parse said so already
			continue
		}
		f.Warning = true
		if f.Geometry != nil {
			f.Geometry = f.Geometry.Bound().Center()
		}
		list = append(list, f)
	}
	return list
}

// Details gives the first maxFaults faults as they are answered. What was put right in rings comes last, as there may be one of it for every feature,
// and faults that stay must not be cut off for it. Outlines beyond outlineBytes are given as the point in their middle.
func Details(faults []geo.Fault) []fault.Detail {
	var list []fault.Detail
	left := outlineBytes
	faults = slices.Clone(faults)
	slices.SortStableFunc(faults, func(a, b geo.Fault) int { return cmp.Compare(lasting(a), lasting(b)) })
	for _, f := range faults[:min(len(faults), maxFaults)] {
		d := fault.Detail{Kind: string(f.Kind), Message: f.Message, Feature: f.Feature, Level: f.Level, Code: f.Code, Other: f.Other, Same: f.Same, Size: f.Size, Unit: f.Unit}
		if f.Geometry != nil {
			if d.Geometry, _ = json.Marshal(geojson.NewGeometry(f.Geometry)); len(d.Geometry) > left {
				d.Geometry, _ = json.Marshal(geojson.NewGeometry(f.Geometry.Bound().Center()))
			} else {
				left -= len(d.Geometry)
			}
		}
		list = append(list, d)
	}
	return list
}

// lasting orders faults by how far they outlast the reading of a file: those of the set itself come first, then those that hold only until another set is
// in force, then what was put right as the file was read.
func lasting(f geo.Fault) int {
	switch {
	case f.Warning && f.Kind.OfRing():
		return 2
	case relative(f.Kind):
		return 1
	}
	return 0
}

// unaccepted refuses to put a set in force whose faults nobody said to accept. What was put right as the file was read is no fault of the set, and how it
// lies against the one in force is looked at now: another one may have been in force when it was stored.
func (s Set) unaccepted(accepted bool, areas, inForce *geo.Index) error {
	if accepted {
		return nil
	}
	var faults []fault.Detail
	for _, w := range s.Warnings {
		if kind := geo.FaultKind(w.Kind); !kind.OfRing() && !relative(kind) {
			faults = append(faults, w)
		}
	}
	if faults = append(faults, Held(areas, inForce)...); len(faults) == 0 {
		return nil
	}
	return &fault.Error{Code: fault.FaultyFile, Field: "accept_faults", Details: faults,
		Message: fmt.Sprintf("Nothing was published. The set has faults, such as gaps or overlaps: %d. Mend them, or say with accept_faults that it is to hold all the same.", len(faults))}
}

func otherInForce(set string) error {
	return &fault.Error{Code: fault.Conflict, Field: "expected", Message: fmt.Sprintf("Other boundaries are in force (%s) than were expected. Look at them and decide again.", set)}
}
