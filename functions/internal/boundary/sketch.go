package boundary

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/weige/weige/geo"
)

// sketch is a drawing opened for editing. One request has it at a time.
type sketch struct {
	base    *geo.BoundarySet // the set it began from
	editor  *geo.Editor
	patches []geo.Patch // of the edits that hold: what takes each of them back, its operations in their order
	sizes   []int       // how many patches each edit has
}

// sketches keeps the drawings that this instance had open last, so that an edit does not begin from the set every time.
type sketches struct {
	mu   sync.Mutex
	held []heldSketch // least recently used first
}

type heldSketch struct {
	drawing  string
	revision int64
	s        *sketch
}

// keptSketches is how many drawings an instance keeps open.
const keptSketches = 4

// take gives the sketch of a drawing at its revision and no longer keeps it; nil where it does not have it.
func (k *sketches) take(d Drawing) *sketch {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, h := range k.held {
		if h.drawing == d.ID && h.revision == d.Revision {
			k.held = slices.Delete(k.held, i, i+1)
			return h.s
		}
	}
	return nil
}

// keep keeps a sketch, which whoever hands it over no longer uses.
func (k *sketches) keep(d Drawing, s *sketch) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held = slices.DeleteFunc(k.held, func(h heldSketch) bool { return h.drawing == d.ID })
	if len(k.held) == keptSketches {
		k.held = k.held[1:]
	}
	k.held = append(k.held, heldSketch{d.ID, d.Revision, s})
}

// open gives a drawing ready to be edited: its set, with the edits that hold made in order.
func (d *Desk) open(ctx context.Context, drawing Drawing) (*sketch, error) {
	if s := d.drawn.take(drawing); s != nil {
		return s, nil
	}
	base, err := d.Books.Areas(ctx, drawing.Jurisdiction, drawing.Base)
	if err != nil {
		return nil, err
	}
	edits, err := d.Drawings.Edits(ctx, drawing)
	if err != nil {
		return nil, err
	}
	s := &sketch{base: base.Set()}
	s.editor = geo.NewEditor(s.base)
	for _, e := range edits {
		if _, _, err := s.make(e.Operations); err != nil {
			return nil, fmt.Errorf("drawing %s: edit %d cannot be made again: %w", drawing.ID, e.Number, err)
		}
	}
	return s, nil
}

// make makes the operations of an edit, or none of them, and gives the codes of the areas before and after.
func (s *sketch) make(operations []Operation) (before, after []string, err error) {
	made := 0
	for i, o := range operations {
		undo, err := o.apply(s.editor)
		if err != nil {
			if back := s.back(made); back != nil {
				return nil, nil, back
			}
			return nil, nil, refusedEdit(err, i)
		}
		s.patches = append(s.patches, undo)
		made++
		after, before = codes(undo, after, before)
	}
	s.sizes = append(s.sizes, made)
	return before, after, nil
}

// codes adds the codes of a patch that takes something back: what it takes away was made, what it puts in its place was there before.
func codes(undo geo.Patch, made, was []string) (allMade, allWas []string) {
	takes, puts := undo.Codes()
	for _, c := range takes {
		if !slices.Contains(made, c) {
			made = append(made, c)
		}
	}
	for _, c := range puts {
		if !slices.Contains(was, c) {
			was = append(was, c)
		}
	}
	return made, was
}

// back takes the last n operations back.
func (s *sketch) back(n int) error {
	for range n {
		last := len(s.patches) - 1
		if _, err := s.editor.Apply(s.patches[last]); err != nil {
			return fmt.Errorf("an edit cannot be taken back: %w", err)
		}
		s.patches = s.patches[:last]
	}
	return nil
}

// change makes of a sketch what a drawing is next: with one edit more, or with the last one taken back or made again.
func (s *sketch) change(ctx context.Context, d *Desk, next Drawing, edit *Edit) (before, after []string, err error) {
	if edit != nil {
		return s.make(edit.Operations)
	}
	n := len(s.sizes)
	if next.Edits == n { // another name
		return nil, nil, nil
	}
	if next.Edits < n {
		size := s.sizes[n-1]
		for _, p := range s.patches[len(s.patches)-size:] {
			before, after = codes(p, before, after)
		}
		s.sizes = s.sizes[:n-1]
		return before, after, s.back(size)
	}
	edits, err := d.Drawings.Edits(ctx, next)
	if err != nil {
		return nil, nil, err
	}
	return s.make(edits[len(edits)-1].Operations)
}
