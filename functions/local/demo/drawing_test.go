package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
	"github.com/weige/weige/functions/local/localtest"
	"github.com/weige/weige/geo"
)

var (
	edits    = flag.Int("edits", 100, "how many random edits are made of the demo's boundaries")
	editSeed = flag.Uint64("edit-seed", 1, "of the random edits")
)

// sheet is a drawing as its editor's client has it: what was read once, and what each answer said of it since.
type sheet struct {
	t      *testing.T
	c      *client.Client
	now    api.Drawing
	areas  map[string]area
	past   []map[string]area // before each edit that holds
	future []map[string]area // after each edit that was taken back
}

// area is an area as it was answered. Which point of a ring an answer begins with depends on the areas around.
type area struct {
	text       string // the whole of it, each ring beginning with its least point
	Properties struct {
		Level, Code, Name, Parent string
		Households                *int
		Estimated                 bool `json:"households_estimated"`
	}
	rings [][]api.Position // without the points that close them
}

func read(t *testing.T, feature json.RawMessage) area {
	t.Helper()
	var a area
	var f struct {
		Geometry struct {
			Type        string
			Coordinates json.RawMessage
		}
	}
	polygons := make([][][]api.Position, 1)
	err := errors.Join(json.Unmarshal(feature, &a), json.Unmarshal(feature, &f))
	if f.Geometry.Type == "Polygon" {
		err = errors.Join(err, json.Unmarshal(f.Geometry.Coordinates, &polygons[0]))
	} else {
		err = errors.Join(err, json.Unmarshal(f.Geometry.Coordinates, &polygons))
	}
	if err != nil {
		t.Fatalf("%s: %v", feature, err)
	}
	if a.Properties.Households == nil {
		t.Fatalf("nobody knows any more how many households %s has", a.Properties.Code)
	}
	p := a.Properties
	a.text = fmt.Sprint(p.Level, p.Code, p.Name, p.Parent, *p.Households, p.Estimated)
	for _, polygon := range polygons {
		for _, ring := range polygon {
			ring = ring[:len(ring)-1]
			least := slices.MinFunc(ring, slices.Compare[api.Position])
			first := slices.IndexFunc(ring, func(p api.Position) bool { return slices.Equal(p, least) })
			ring = slices.Concat(ring[first:], ring[:first])
			a.rings, a.text = append(a.rings, ring), a.text+fmt.Sprint(ring)
		}
		a.text += ";"
	}
	return a
}

// begin begins a drawing of what is in force.
func begin(t *testing.T, c *client.Client) *sheet {
	t.Helper()
	s := &sheet{t: t, c: c}
	if _, err := c.Do(t.Context(), http.MethodPost, "/v1/demo/boundary-drawings", api.DrawingInput{Name: "试画"}, &s.now, "Idempotency-Key", uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	s.areas = s.stored()
	return s
}

func (s *sheet) path() string { return "/v1/demo/boundary-drawings/" + s.now.Drawing }

// stored reads the areas as the server has them.
func (s *sheet) stored() map[string]area {
	s.t.Helper()
	all := map[string]area{}
	for _, f := range s.file() {
		a := read(s.t, f)
		all[a.Properties.Code] = a
	}
	return all
}

func (s *sheet) file() []json.RawMessage {
	s.t.Helper()
	var file struct{ Features []json.RawMessage }
	if _, err := s.c.Do(s.t.Context(), http.MethodGet, s.path()+"/areas", nil, &file); err != nil {
		s.t.Fatal(err)
	}
	return file.Features
}

// edit makes a change, or gives the server's refusal of it. After every one that is made, the server's checker has to find nothing.
func (s *sheet) edit(in api.EditInput) (api.Edited, *client.Refusal) {
	s.t.Helper()
	in.Revision = s.now.Revision
	var e api.Edited
	_, err := s.c.Do(s.t.Context(), http.MethodPost, s.path()+"/edits", in, &e, "Idempotency-Key", uuid.NewString())
	var refused *client.Refusal
	switch {
	case errors.As(err, &refused):
		return e, refused
	case err != nil:
		s.t.Fatal(err)
	case !e.Checked || len(e.Faults) > 0:
		s.t.Fatalf("revision %d is no partition: %+v", e.Drawing.Revision, e.Faults)
	}
	before := s.areas
	s.areas = maps.Clone(before)
	for _, code := range e.Removed {
		delete(s.areas, code)
	}
	for _, f := range e.Changed {
		a := read(s.t, f)
		s.areas[a.Properties.Code] = a
	}
	s.counted()
	switch {
	case in.Undo:
		s.back(&s.past, &s.future, before)
	case in.Redo:
		s.back(&s.future, &s.past, before)
	default:
		s.past, s.future = append(s.past, before), nil
	}
	if s.now = e.Drawing; s.now.Edits != len(s.past) || s.now.Undone != len(s.future) {
		s.t.Fatalf("%d edits and %d undone, want %d and %d", s.now.Edits, s.now.Undone, len(s.past), len(s.future))
	}
	return e, nil
}

// counted holds the levels against each other: each has the same households, and no more than there were; those of ground that left the street are gone.
func (s *sheet) counted() {
	s.t.Helper()
	sums := map[string]int{}
	for _, a := range s.areas {
		sums[a.Properties.Level] += *a.Properties.Households
	}
	street, err := street()
	if err != nil {
		s.t.Fatal(err)
	}
	most := street.Areas[0].Households.Number
	for level, n := range sums {
		if n != sums["street"] || n > most || n < most*9/10 {
			s.t.Fatalf("after revision %d the level %s has %d households of %d: %v", s.now.Revision, level, n, most, sums)
		}
	}
}

// back holds what was undone or redone against what there was at that point.
func (s *sheet) back(from, to *[]map[string]area, before map[string]area) {
	s.t.Helper()
	last := len(*from) - 1
	if !same(s.areas, (*from)[last]) {
		s.t.Fatalf("revision %d: undone or made again, but not as it was", s.now.Revision+1)
	}
	*from, *to = (*from)[:last], append(*to, before)
}

func same(a, b map[string]area) bool {
	return maps.EqualFunc(a, b, func(x, y area) bool { return x.text == y.text })
}

// inspected has the server read the drawing's areas as a file of anybody's, and check them.
func (s *sheet) inspected() {
	s.t.Helper()
	street, err := street()
	if err != nil {
		s.t.Fatal(err)
	}
	file := []byte(`{"type":"FeatureCollection","features":[` + string(bytes.Join(slices.Collect(func(yield func([]byte) bool) {
		for _, f := range s.file() {
			if !yield(f) {
				return
			}
		}
	}), []byte(","))) + `]}`)
	var upload api.BoundaryUpload
	if _, err := s.c.Do(s.t.Context(), http.MethodPost, "/v1/demo/boundary-uploads", nil, &upload); err != nil {
		s.t.Fatal(err)
	}
	if err := s.c.Upload(s.t.Context(), upload, file); err != nil {
		s.t.Fatal(err)
	}
	m := mapping(street)
	var i api.Inspection
	in := api.InspectionInput{Upload: upload.Upload, Mapping: api.PartialMapping{Datum: m.Datum, Levels: m.Levels}}
	if _, err := s.c.Do(s.t.Context(), http.MethodPost, "/v1/demo/boundary-sets/inspection", in, &i); err != nil {
		s.t.Fatal(err)
	}
	count := 0
	for _, n := range i.Areas {
		count += n
	}
	faults := ofPartition(i.Faults)
	if !i.Tried || i.Broken || len(faults) > 0 || count != len(s.areas) {
		s.t.Fatalf("revision %d as a file: %d areas of %d, %+v", s.now.Revision, count, len(s.areas), faults)
	}
}

// ofPartition leaves out that the set in force covers more where the border of the city was moved inwards: that is said, and is no fault of the partition.
func ofPartition(faults []api.Fault) []api.Fault {
	return slices.DeleteFunc(slices.Clone(faults), func(f api.Fault) bool { return f.Kind == string(geo.GroundLost) })
}

// somewhere gives a random area, one of its rings, and a place in that.
func (s *sheet) somewhere(random *rand.Rand) (area, []api.Position, int) {
	codes := slices.Sorted(maps.Keys(s.areas))
	a := s.areas[codes[random.IntN(len(codes))]]
	ring := a.rings[random.IntN(len(a.rings))]
	return a, ring, random.IntN(len(ring))
}

// beside gives a random area that has a border with another of its level and parent; empty where it has none.
func (s *sheet) beside(random *rand.Rand, a area) string {
	points := map[string]bool{}
	for _, p := range slices.Concat(a.rings...) {
		points[fmt.Sprint(p)] = true
	}
	var found []string
	for code, b := range s.areas {
		if code != a.Properties.Code && b.Properties.Level == a.Properties.Level && b.Properties.Parent == a.Properties.Parent {
			if slices.ContainsFunc(slices.Concat(b.rings...), func(p api.Position) bool { return points[fmt.Sprint(p)] }) {
				found = append(found, code)
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	slices.Sort(found)
	return found[random.IntN(len(found))]
}

// random makes up an operation as somebody at a map would: near what is there, and not always possible.
func (s *sheet) random(random *rand.Rand, kind api.EditOperationOp, n int) api.EditOperation {
	a, ring, i := s.somewhere(random)
	p, q, r := ring[i], ring[(i+1)%len(ring)], ring[(i+2)%len(ring)]
	near := func(p api.Position) api.Position { // within 6 m
		return api.Position{p[0] + (random.Float64()-0.5)*1e-4, p[1] + (random.Float64()-0.5)*1e-4}
	}
	between := func(p, q api.Position) api.Position { return api.Position{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2} }
	part := func(side string) *api.NewArea {
		return &api.NewArea{Code: fmt.Sprintf("n%d%s", n, side), Name: "新划片区"}
	}
	o := api.EditOperation{Op: kind}
	switch kind {
	case "move":
		o.From, o.To = p, near(p)
	case "insert":
		o.Before, o.After, o.At = p, q, near(between(p, q))
	case "delete":
		o.At = p
	case "redraw":
		o.From, o.To, o.Along = p, r, []api.Position{near(q), near(between(q, r))}[:random.IntN(3)]
	case "split": // from one vertex to the one across
		across := ring[(i+len(ring)/2)%len(ring)]
		o.Area, o.Left, o.Right, o.Along = a.Properties.Code, part("l"), part("r"), []api.Position{p, near(between(p, across)), across}
	case "merge":
		o.Area, o.Other, o.Whole = a.Properties.Code, s.beside(random, a), part("w")
	}
	return o
}

var kinds = []api.EditOperationOp{"move", "insert", "delete", "redraw", "split", "merge"}

// Through the API, over a real storage, the demo's boundaries are edited at random: whatever is made leaves a partition, as the server's checker
// finds at every step; what is refused changes nothing; what is undone or made again is as it was, to the vertex; what the answers said adds up to what
// is stored; and a server that has forgotten all of it makes the same of the edits again.
//
//	go test ./functions/local/demo -run RandomEdits -v -args -edits 1000
func TestRandomEditsKeepThePartition(t *testing.T) {
	server := localtest.New(t, "DEMO=off")
	server.Start()
	token := server.Token(Administrator)
	c := client.New(server.URL, token)
	if err := setUp(t.Context(), c, func(string) {}); err != nil {
		t.Fatal(err)
	}
	t.Run("moving a vertex that two areas share changes these two", func(t *testing.T) { moveShared(t, c) })

	s := begin(t, c)
	random := rand.New(rand.NewPCG(*editSeed, 7))
	tried, made := map[string]int{}, map[string]int{}
	for n := 0; n < *edits; {
		var in api.EditInput
		var kind string
		switch at := random.IntN(20); {
		case at < 3 && len(s.past) > 0:
			in.Undo, kind = true, "undo"
		case at < 12 && len(s.future) > 0:
			in.Redo, kind = true, "redo"
		default:
			op := kinds[random.IntN(len(kinds))]
			in.Operations, kind = []api.EditOperation{s.random(random, op, n)}, string(op)
		}
		if in.Operations != nil && in.Operations[0].Op == "merge" && in.Operations[0].Other == "" {
			continue // an only child
		}
		n++
		tried[kind]++
		was := s.now.Revision
		if _, refused := s.edit(in); refused == nil {
			made[kind]++
		} else if refused.Status != http.StatusUnprocessableEntity {
			t.Fatalf("edit %d, %s: %v", n, kind, refused)
		}
		if n%50 == 0 {
			s.unchanged(was)
			s.inspected()
		}
	}
	all := 0
	for _, kind := range slices.Sorted(maps.Keys(tried)) {
		t.Logf("%-6s %4d made of %4d", kind, made[kind], tried[kind])
		if all += made[kind]; 3*made[kind] < tried[kind] {
			t.Errorf("%s: only %d of %d could be made", kind, made[kind], tried[kind])
		}
	}
	if len(tried) != len(kinds)+2 || 2*all < *edits {
		t.Errorf("%d of %d edits were made, of the kinds %v", all, *edits, tried)
	}
	t.Logf("%d of %d made; %d areas, %d edits hold", all, *edits, len(s.areas), s.now.Edits)

	server.Kill()
	server.Start()
	s.c = client.New(server.URL, server.Token(Administrator))
	if !same(s.areas, s.stored()) {
		t.Error("a server that begins anew makes something else of the edits")
	}
	var set api.BoundarySet
	if _, err := s.c.Do(t.Context(), http.MethodPost, s.path()+"/set", api.FinishInput{Revision: s.now.Revision}, &set); err != nil || set.Areas != len(s.areas) || len(ofPartition(set.Warnings)) > 0 {
		t.Errorf("finished %+v (%v), want %d areas without a warning", set, err, len(s.areas))
	}
}

// unchanged looks whether what is stored is what the answers said.
func (s *sheet) unchanged(was int64) {
	s.t.Helper()
	if !same(s.areas, s.stored()) {
		s.t.Fatalf("after revision %d the server has other areas than it answered", was)
	}
}

// moveShared moves a vertex between two micro-grids of one grid, which is on no other border.
func moveShared(t *testing.T, c *client.Client) {
	s := begin(t, c)
	owners := map[[2]float64][]string{}
	for code, a := range s.areas {
		for _, p := range slices.Concat(a.rings...) {
			owners[[2]float64{p[0], p[1]}] = append(owners[[2]float64{p[0], p[1]}], code)
		}
	}
	moved := 0
	for at, codes := range owners {
		if len(codes) != 2 || codes[0] == codes[1] || s.areas[codes[0]].Properties.Level != "micro_grid" || s.areas[codes[1]].Properties.Level != "micro_grid" {
			continue
		}
		slices.Sort(codes)
		before := maps.Clone(s.areas)
		e, refused := s.edit(api.EditInput{Operations: []api.EditOperation{{Op: "move", From: at[:], To: api.Position{at[0] + 5e-6, at[1] + 5e-6}}}})
		if refused != nil {
			continue // another border is half a metre away
		}
		var changed []string
		for code, a := range s.stored() {
			if before[code].text != a.text {
				changed = append(changed, code)
			}
		}
		slices.Sort(changed)
		if !slices.Equal(changed, codes) || len(e.Changed) != 2 || len(e.Removed) > 0 || len(s.areas) != len(before) {
			t.Errorf("moving the vertex of %v changed %v", codes, changed)
		}
		if moved++; moved == 3 {
			s.inspected()
			return
		}
	}
	t.Errorf("only %d vertices could be moved", moved)
}
