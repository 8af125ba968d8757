package boundary

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// Drawing is a boundary set that people are drawing: a stored set, and the edits made of it since, in order. An edit that was taken back is kept
// until another one takes its place.
type Drawing struct {
	ID           string // UUID
	Jurisdiction string
	Name         string
	Base         string // version of the stored set it began from
	Revision     int64  // rises by one with every change, with undoing and redoing too; whoever edits says which one they saw
	Edits        int    // that hold
	Undone       int    // that were taken back and can be made again
	By           string // person's id of whoever began it
	ChangedBy    string
	CreatedAt    time.Time
	ChangedAt    time.Time
	LastOp       string // operation id of the last change
}

// Edit is some operations that were made, and are taken back, together.
type Edit struct {
	Number     int // from 1
	Who        string
	At         time.Time
	Operations []Operation
}

const (
	// mostEdits is how many edits a drawing has at most. All of them are made again when it is opened, a few microseconds each.
	mostEdits = 5000
	// mostOperations is how many operations an edit has at most.
	mostOperations = 100
	// drawingKept is how long a drawing is kept after its last change.
	drawingKept = 180 * 24 * time.Hour
	// checkUpTo is up to how many points of all rings a drawing is checked whole after every edit; that takes a second for so many.
	checkUpTo = 1_000_000
)

// Drawings keeps drawings. All writes are conditional. An absent drawing is a fault with code fault.Unknown.
type Drawings interface {
	// NewDrawing stores a new drawing, if its base is there, which cannot be discarded from then on; a drawing with the same id that is there is left as
	// it is and given back, unless it was discarded, which is a fault with code fault.Conflict.
	NewDrawing(ctx context.Context, d Drawing, until time.Time) (Drawing, error)
	Drawing(ctx context.Context, jurisdiction, id string) (Drawing, error)
	// Drawings gives all drawings of a jurisdiction, last changed first.
	Drawings(ctx context.Context, jurisdiction string) ([]Drawing, error)
	// Edits gives the edits that hold, in order.
	Edits(ctx context.Context, d Drawing) ([]Edit, error)
	// ChangeDrawing stores a drawing in the place of the revision before it and, where there is one, the edit with the number d.Edits. Where
	// another revision is stored, nothing changes and changed is false, unless its LastOp is that of d: then it was made before.
	ChangeDrawing(ctx context.Context, d Drawing, e *Edit, until time.Time) (now Drawing, changed bool, err error)
	// DiscardDrawing marks a drawing, by its jurisdiction, id and revision, as discarded by ChangedBy, and lets it expire with its edits; at is when that
	// was done, perhaps before. Where another revision is stored nothing changes, at is zero, and now is what is there.
	DiscardDrawing(ctx context.Context, d Drawing, when, until time.Time) (now Drawing, at time.Time, err error)
}

// Edited is a drawing as it stands.
type Edited struct {
	Drawing Drawing
	Set     *geo.BoundarySet // the set as drawn so far
	Before  []string         // codes of areas that the last change took away or changed
	After   []string         // codes of areas that it made or changed, their households alone perhaps
	Faults  []geo.Fault      // what keeps it from being a partition; nil where it was too large to be checked on the way
}

// Drawn is a drawing as it stands, and what of it differs from its base, the stored set it began from.
type Drawn struct {
	Drawing Drawing
	Set     *geo.BoundarySet
	Gone    []string // codes of areas that only the base has
	Changed []string // codes of areas that only the drawing has, or has otherwise; both in order
}

// BeginDrawing makes a drawing of a stored set; empty: of the set in force. op is the sender's own key: asking again with it gives the same drawing.
func (d *Desk) BeginDrawing(ctx context.Context, code, base, name, op, who string) (Drawing, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Drawing{}, err
	}
	if name, err = nameOf(name); err != nil {
		return Drawing{}, err
	}
	if base == "" {
		base = c.Boundaries
	}
	if base == "" {
		return Drawing{}, fault.New(fault.NotReady, "No boundary set is in force yet; import one first.")
	}
	if _, err := d.Catalogue.Describe(ctx, code, base); err != nil {
		return Drawing{}, err
	}
	id := uuid.NewSHA1(drawingSpace, []byte(code+"\n"+who+"\n"+op)).String()
	now := d.Now().UTC().Truncate(time.Millisecond)
	made := Drawing{ID: id, Jurisdiction: code, Name: name, Base: base, Revision: 1, By: who, ChangedBy: who, CreatedAt: now, ChangedAt: now, LastOp: op}
	return d.Drawings.NewDrawing(ctx, made, now.Add(drawingKept))
}

// nameOf takes what somebody calls a drawing; it may be empty.
func nameOf(text string) (string, error) {
	name := strings.TrimSpace(text)
	if !geo.ValidName(name, 100) {
		return "", fault.Field("name", "The name has at most 100 characters on one line, without control characters and such as turn the direction of writing.")
	}
	return name, nil
}

// drawingSpace makes the id of a drawing of the key with which it was asked for, so that asking again gives the same one.
var drawingSpace = uuid.MustParse("0b8d7c52-0f0e-5b07-9c5b-5f6f5a1f7c31")

// Change is what somebody does with a drawing whose revision they saw.
type Change struct {
	Revision   int64
	Op         string // operation id, the sender's idempotency key
	Who        string
	Operations []Operation // of an edit; none to undo or redo
	Undo, Redo bool
	Name       *string // what the drawing is called from now on: no edit, so that undoing and redoing pass it by
}

// EditDrawing makes an edit, takes the last one back, makes it again, or gives the drawing another name. Where somebody else changed the drawing since it is a fault with code
// fault.Conflict, and nothing is overwritten. An operation that would spoil the partition is a fault that says where; then none of
// the edit's operations is made.
func (d *Desk) EditDrawing(ctx context.Context, code, id string, in Change) (Edited, error) {
	drawing, err := d.Drawings.Drawing(ctx, code, id)
	if err != nil {
		return Edited{}, err
	}
	if drawing.LastOp == in.Op && drawing.Revision == in.Revision+1 {
		return d.opened(ctx, drawing, nil, nil) // made before
	}
	if drawing.Revision != in.Revision {
		return Edited{}, changedBy(drawing)
	}
	next, edit, err := drawing.with(in, d.Now())
	if err != nil {
		return Edited{}, err
	}
	s, err := d.open(ctx, drawing)
	if err != nil {
		return Edited{}, err
	}
	was := s.editor.Set()
	before, after, err := s.change(ctx, d, next, edit)
	if err != nil {
		return Edited{}, err
	}
	now, changed, err := d.Drawings.ChangeDrawing(ctx, next, edit, next.ChangedAt.Add(drawingKept))
	if err != nil {
		return Edited{}, err
	}
	if !changed {
		return Edited{}, changedBy(now)
	}
	defer d.drawn.keep(now, s)
	e := edited(now, s, before, after)
	for _, code := range e.Set.Recounted(was) { // beside those whose borders changed
		if !slices.Contains(e.After, code) {
			e.After = append(e.After, code)
		}
	}
	return e, nil
}

// with gives a drawing as it is after a change, and the edit to be stored with it.
func (d Drawing) with(in Change, at time.Time) (Drawing, *Edit, error) {
	next := d
	next.Revision, next.ChangedBy, next.LastOp = d.Revision+1, in.Who, in.Op
	if next.ChangedAt = at.UTC().Truncate(time.Millisecond); next.ChangedAt.Before(d.ChangedAt) {
		next.ChangedAt = d.ChangedAt
	}
	switch {
	case in.Name != nil:
		var err error
		next.Name, err = nameOf(*in.Name)
		return next, nil, err
	case in.Undo && d.Edits == 0:
		return next, nil, fault.New(fault.Conflict, "There is nothing to undo.")
	case in.Undo:
		next.Edits, next.Undone = d.Edits-1, d.Undone+1
		return next, nil, nil
	case in.Redo && d.Undone == 0:
		return next, nil, fault.New(fault.Conflict, "There is nothing to redo.")
	case in.Redo:
		next.Edits, next.Undone = d.Edits+1, d.Undone-1
		return next, nil, nil
	case len(in.Operations) == 0 || len(in.Operations) > mostOperations:
		return next, nil, fault.Field("operations", "An edit has 1 to %d operations.", mostOperations)
	case d.Edits >= mostEdits:
		return next, nil, fault.New(fault.Conflict, "The drawing has %d edits already. Make a set of it and begin a new drawing from that.", mostEdits)
	}
	next.Edits, next.Undone = d.Edits+1, 0
	return next, &Edit{Number: next.Edits, Who: in.Who, At: next.ChangedAt, Operations: in.Operations}, nil
}

func changedBy(now Drawing) error {
	return fault.New(fault.Conflict, "Somebody else (%s) changed this drawing at %s; it is at revision %d now. Nothing was overwritten: load it again and look before you edit.",
		now.ChangedBy, now.ChangedAt.Format(time.RFC3339), now.Revision)
}

// OpenDrawing gives a drawing as it stands.
func (d *Desk) OpenDrawing(ctx context.Context, code, id string) (Edited, error) {
	drawing, err := d.Drawings.Drawing(ctx, code, id)
	if err != nil {
		return Edited{}, err
	}
	return d.opened(ctx, drawing, nil, nil)
}

func (d *Desk) opened(ctx context.Context, drawing Drawing, before, after []string) (Edited, error) {
	s, err := d.open(ctx, drawing)
	if err != nil {
		return Edited{}, err
	}
	defer d.drawn.keep(drawing, s)
	return edited(drawing, s, before, after), nil
}

func edited(drawing Drawing, s *sketch, before, after []string) Edited {
	e := Edited{Drawing: drawing, Set: s.editor.Set(), Before: before, After: after}
	if e.Set.Points() <= checkUpTo {
		e.Faults = append([]geo.Fault{}, e.Set.Check(geo.DefaultTolerance)...)
	}
	return e
}

// Drawn gives a drawing as it stands and what of it differs from the set it began from.
func (d *Desk) Drawn(ctx context.Context, code, id string) (Drawn, error) {
	drawing, err := d.Drawings.Drawing(ctx, code, id)
	if err != nil {
		return Drawn{}, err
	}
	s, err := d.open(ctx, drawing)
	if err != nil {
		return Drawn{}, err
	}
	defer d.drawn.keep(drawing, s)
	set := s.editor.Set()
	gone, changed := set.Since(s.base)
	return Drawn{Drawing: drawing, Set: set, Gone: gone, Changed: changed}, nil
}

// FinishDrawing stores a drawing as it stands as a boundary set, which can be compared, published and rolled back like an imported one. The same
// content gives the same set. The note says what the draft is for.
func (d *Desk) FinishDrawing(ctx context.Context, code, id string, revision int64, who, note string) (Set, error) {
	note, err := noteOf(note)
	if err != nil {
		return Set{}, err
	}
	drawing, err := d.Drawings.Drawing(ctx, code, id)
	if err != nil {
		return Set{}, err
	}
	if drawing.Revision != revision {
		return Set{}, changedBy(drawing)
	}
	s, err := d.open(ctx, drawing)
	if err != nil {
		return Set{}, err
	}
	defer d.drawn.keep(drawing, s)
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Set{}, err
	}
	set := s.editor.Set()
	return d.register(ctx, Set{Jurisdiction: code, By: who, Note: note}, set, geo.Mapping{}, held(set, c.Areas).warnings())
}

// register stores a set that was read or drawn, as a draft that can be published. Of its description the jurisdiction, who made it and the note are given.
func (d *Desk) register(ctx context.Context, s Set, set *geo.BoundarySet, m geo.Mapping, faults []geo.Fault) (Set, error) {
	faults = append(faults, against(set, m)...)
	blob, err := set.Compile()
	if err != nil {
		return Set{}, fmt.Errorf("compile boundaries: %w", err)
	}
	areas, err := geo.Open(blob)
	if err != nil {
		return Set{}, fmt.Errorf("open what was compiled: %w", err)
	}
	version := jurisdiction.VersionOf(blob)
	store := func() error {
		return d.Writer.PutSnapshot(ctx, s.Jurisdiction, jurisdiction.Boundaries, version, blob)
	}
	if err := store(); err != nil {
		return Set{}, err
	}
	s.Version, s.Status, s.CreatedAt, s.Bytes = version, Draft, d.Now().UTC(), len(blob)
	s.Areas, s.Vertices, s.Levels, s.Warnings = areas.Len(), areas.Vertices(), areas.Levels(), Details(faults)
	b := areas.Bound()
	s.Bound = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	s, again, err := d.Catalogue.Register(ctx, s)
	if err == nil && again {
		err = store() // whoever discarded it may have marked some of its content since we stored it
	}
	if err != nil {
		return Set{}, err
	}
	return d.withStatus(ctx, s)
}
