package boundary

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Operation is one change of the borders of a drawing. Points are longitude and latitude in degrees of WGS 84. Which fields a kind needs is said
// at the kinds.
type Operation struct {
	Kind   OperationKind `json:"op"`
	From   *orb.Point    `json:"from,omitempty"`
	To     *orb.Point    `json:"to,omitempty"`
	At     *orb.Point    `json:"at,omitempty"`
	Before *orb.Point    `json:"before,omitempty"`
	After  *orb.Point    `json:"after,omitempty"`
	Along  []orb.Point   `json:"along,omitempty"`
	Area   string        `json:"area,omitempty"`
	Other  string        `json:"other,omitempty"`
	Left   *Part         `json:"left,omitempty"`
	Right  *Part         `json:"right,omitempty"`
	Whole  *Part         `json:"whole,omitempty"`
}

// Part names an area that an operation makes.
type Part struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// OperationKind names an operation.
type OperationKind string

// The kinds of operation. Each moves what both sides of a border, and all levels, have in common; see geo.Editor.
const (
	MoveVertex   OperationKind = "move"   // the vertex at From goes to To
	InsertVertex OperationKind = "insert" // a vertex at At between the neighbours Before and After
	DeleteVertex OperationKind = "delete" // the vertex at At
	RedrawBorder OperationKind = "redraw" // the border between the vertices From and To runs along Along
	SplitArea    OperationKind = "split"  // Area is cut along Along into Left and Right, as seen along the line
	MergeAreas   OperationKind = "merge"  // Area and Other become Whole
)

// mostAlong is how many points a line has at most.
const mostAlong = 2000

// apply makes the operation and gives what takes it back.
func (o Operation) apply(e *geo.Editor) (geo.Patch, error) {
	if err := o.check(); err != nil {
		return geo.Patch{}, err
	}
	switch o.Kind {
	case MoveVertex:
		return e.MoveVertex(*o.From, *o.To)
	case InsertVertex:
		return e.InsertVertex(*o.Before, *o.After, *o.At)
	case DeleteVertex:
		return e.DeleteVertex(*o.At)
	case RedrawBorder:
		return e.Redraw(*o.From, *o.To, orb.LineString(o.Along))
	case SplitArea:
		return e.Split(o.Area, orb.LineString(o.Along), geo.Part(*o.Left), geo.Part(*o.Right))
	default:
		return e.Merge(o.Area, o.Other, o.Whole.Code, o.Whole.Name)
	}
}

// check looks whether everything is there that the kind needs.
func (o Operation) check() error {
	need := func(field string, there bool) error {
		if there {
			return nil
		}
		return fault.Field(field, "An operation %q needs %s.", o.Kind, field)
	}
	point := func(field string, p *orb.Point) error { return need(field, p != nil) }
	part := func(field string, p *Part) error {
		switch {
		case p == nil:
			return need(field, false)
		case !geo.ValidCode(p.Code):
			return fault.Field(field, "An area code has 1 to 64 letters, digits, dots, hyphens and underscores, and is not a hyphen alone.")
		case !geo.ValidName(p.Name, geo.LongestName):
			return fault.Field(field, "A name has at most %d characters, without control characters and such as turn the direction of writing.", geo.LongestName)
		}
		return nil
	}
	line := need("along", len(o.Along) >= 2 && len(o.Along) <= mostAlong)
	switch o.Kind {
	case MoveVertex:
		return errors.Join(point("from", o.From), point("to", o.To))
	case InsertVertex:
		return errors.Join(point("before", o.Before), point("after", o.After), point("at", o.At))
	case DeleteVertex:
		return point("at", o.At)
	case RedrawBorder:
		if len(o.Along) > mostAlong {
			return line
		}
		return errors.Join(point("from", o.From), point("to", o.To))
	case SplitArea:
		return errors.Join(need("area", o.Area != ""), line, part("left", o.Left), part("right", o.Right))
	case MergeAreas:
		return errors.Join(need("area", o.Area != ""), need("other", o.Other != ""), part("whole", o.Whole))
	}
	return fault.Field("op", "There is no operation %q; there are move, insert, delete, redraw, split and merge.", string(o.Kind))
}

// refusedEdit says of an operation, by its position, why it cannot be made.
func refusedEdit(err error, position int) error {
	field := fmt.Sprintf("operations.%d", position)
	var refused *geo.EditError
	if errors.As(err, &refused) {
		d := fault.Detail{Kind: string(refused.Code), Message: refused.Message, Feature: -1}
		if refused.Geometry != nil {
			d.Geometry, _ = json.Marshal(geojson.NewGeometry(refused.Geometry)) // of finite numbers
		}
		return &fault.Error{Code: fault.Invalid, Field: field, Message: refused.Message, Details: []fault.Detail{d}}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		named := *f
		named.Field = field + "." + f.Field
		return &named
	}
	return err
}
