package assemble

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/engine/enginetest"
	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

// mostBytes is what an answer of areas may have, as the contract says.
const mostBytes = 4_000_000

type areaPiece struct {
	Features []json.RawMessage
	Next     string
	Revision int64
	Removed  []string
}

// pieces reads an address to its end, and says how many pieces that were.
func (w *world) pieces(address, token string) (all areaPiece, count int) {
	w.t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	query := at.Query()
	for {
		at.RawQuery = query.Encode()
		a := w.must("GET", at.String(), token, nil)
		if len(a.body) > mostBytes {
			w.t.Errorf("%s: a piece has %d bytes", at, len(a.body))
		}
		var one areaPiece
		a.into(w.t, &one)
		count++
		all.Features, all.Removed, all.Revision = append(all.Features, one.Features...), append(all.Removed, one.Removed...), one.Revision
		if one.Next == "" || count > 100 {
			return all, count
		}
		query.Set("cursor", one.Next)
	}
}

// large is a set of thousands of areas, as it is imported and as it is stored.
func large(t *testing.T) (file []byte, m geo.Mapping, areas *geo.Index) {
	t.Helper()
	made, err := synth.New(synth.Options{Seed: 3, Centre: orb.Point{114, 30}, Width: 40_000, Height: 30_000, Detail: 2,
		Levels: []synth.Level{{Name: "district", Areas: 5}, {Name: "street", Areas: 60}, {Name: "grid", Areas: 3200}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := made.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	blob, err := set.Compile()
	if err != nil {
		t.Fatal(err)
	}
	if areas, err = geo.Open(blob); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := areas.WriteGeoJSON(&b); err != nil {
		t.Fatal(err)
	}
	m.Datum = geo.WGS84
	for _, level := range areas.Levels() {
		m.Levels = append(m.Levels, geo.LevelMapping{Level: level, When: &geo.When{Property: "level", Equals: level}, Code: "code", Name: "name", Parent: "parent"})
	}
	m.Levels[0].Parent = ""
	return b.Bytes(), m, areas
}

// A set of thousands of areas, and a drawing of it, are answered in pieces, none of which is larger than the contract says; together they are the
// whole. A drawing gives what differs from its base, and what lies around an area.
func TestLargeSetsComeInPieces(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	editor := w.issuer.token("e", "editor@town")
	file, mapping, areas := large(t)
	if len(file) < mostBytes*5/4 {
		t.Fatalf("the set has %d bytes", len(file))
	}
	w.server.Boundaries.Limits = geo.Limits{Bytes: 1 << 28, Features: 1 << 20, Vertices: 1 << 22}
	set, err := w.server.Boundaries.Import(t.Context(), "town", "e", "", mapping, file, "")
	if err != nil {
		t.Fatal(err)
	}
	var whole areaPiece
	if err := json.Unmarshal(file, &whole); err != nil {
		t.Fatal(err)
	}
	same := func(what string, got, want []json.RawMessage) {
		t.Helper()
		if !slices.EqualFunc(got, want, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			t.Errorf("%s: %d areas are not the %d of the set", what, len(got), len(want))
		}
	}
	its := sets + "/" + set.Version + "/areas"
	all, count := w.pieces(its, editor)
	if same("the set", all.Features, whole.Features); count < 2 {
		t.Errorf("%d pieces", count)
	}
	grids, _ := w.pieces(its+"?level=grid", editor)
	same("a level", grids.Features, whole.Features[65:])
	if list, count := w.pieces(its+"?geometry=false", editor); len(list.Features) != areas.Len() || count != 1 || !bytes.Contains(list.Features[0], []byte(`"label":[`)) {
		t.Errorf("the list: %d areas in %d pieces", len(list.Features), count)
	}
	two, _ := w.pieces(its+"?codes="+areas.Area(70).Code+",nowhere,"+areas.Area(1000).Code, editor)
	same("two areas", two.Features, []json.RawMessage{whole.Features[70], whole.Features[1000]})
	if a := w.do("GET", its+"?codes="+strings.Repeat("a,", 100), editor, nil); a.status != http.StatusUnprocessableEntity {
		t.Errorf("101 codes: %d %s", a.status, a.body)
	}
	for _, cursor := range []string{"x", set.Version, set.Version + ".", set.Version + ".0", set.Version + ".-1", set.Version + ".99999", set.Version + ".1.1", ".7"} {
		if a := w.do("GET", its+"?cursor="+cursor, editor, nil); a.status != http.StatusUnprocessableEntity && a.status != http.StatusConflict {
			t.Errorf("cursor %q: %d %s", cursor, a.status, a.body)
		}
	}

	var d api.Drawing
	w.must("POST", drawings, editor, map[string]any{"base": set.Version}, "Idempotency-Key", uuid.NewString()).into(t, &d)
	of := drawings + "/" + d.Drawing + "/areas"
	drawn, count := w.pieces(of, editor)
	if same("the drawing", drawn.Features, whole.Features); count < 2 || drawn.Revision != 1 {
		t.Errorf("%d pieces of revision %d", count, drawn.Revision)
	}
	if unchanged, _ := w.pieces(of+"?changed=true", editor); len(unchanged.Features) != 0 || len(unchanged.Removed) != 0 {
		t.Errorf("before the first edit %d areas differ", len(unchanged.Features))
	}
	var begun areaPiece
	w.must("GET", of, editor, nil).into(t, &begun)

	one, other := beside(t, areas)
	var e api.Edited
	a := w.edit(editor, d.Drawing, 1, ops(map[string]any{"op": "merge", "area": one, "other": other, "whole": map[string]any{"code": one, "name": "合"}}))
	if a.into(t, &e); a.status != http.StatusOK || !slices.Equal(e.Removed, []string{other}) || !slices.Contains(codesOf(t, e.Changed), one) || len(a.body) > mostBytes {
		t.Fatalf("merged: %d, removed %v, %d bytes", a.status, e.Removed, len(a.body))
	}
	if changed, _ := w.pieces(of+"?changed=true", editor); !slices.Equal(codesOf(t, changed.Features), codesOf(t, e.Changed)) || !slices.Equal(changed.Removed, []string{other}) {
		t.Errorf("%v differ, %v are gone", codesOf(t, changed.Features), changed.Removed)
	}
	list, _ := w.pieces(of+"?geometry=false", editor)
	marked := 0
	for _, one := range list.Features {
		marked += bytes.Count(one, []byte(`"changed":true`))
	}
	if marked != len(e.Changed) || len(list.Features) != areas.Len()-1 {
		t.Errorf("%d of %d areas are marked as changed", marked, len(list.Features))
	}
	around, _ := w.pieces(of+"?around="+one, editor)
	if got := codesOf(t, around.Features); len(got) < 3 || len(got) > 40 || !slices.Contains(got, one) || slices.ContainsFunc(got, func(code string) bool { return len(code) != len(one) }) {
		t.Errorf("around %s: %v", one, got)
	}
	for query, status := range map[string]int{"?around=nowhere": http.StatusNotFound, "?level=nothing": http.StatusUnprocessableEntity, "?cursor=2.x": http.StatusUnprocessableEntity,
		"?cursor=2.99999": http.StatusUnprocessableEntity, "?cursor=" + begun.Next: http.StatusConflict} {
		if a := w.do("GET", of+query, editor, nil); a.status != status {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// beside gives two areas of the finest level that have one parent and a border in common.
func beside(t *testing.T, areas *geo.Index) (one, other string) {
	t.Helper()
	owner := map[orb.Point]geo.ID{}
	shared := map[[2]geo.ID]int{}
	for _, id := range areas.OfLevel(len(areas.Levels()) - 1) {
		for _, p := range areas.Geometry(id)[0][0] {
			if was, there := owner[p]; there && was != id && areas.Area(was).Parent == areas.Area(id).Parent {
				shared[[2]geo.ID{was, id}]++
			}
			owner[p] = id
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(shared), func(a, b [2]geo.ID) int { return slices.Compare(a[:], b[:]) }) {
		if shared[pair] > 3 {
			return areas.Area(pair[0]).Code, areas.Area(pair[1]).Code
		}
	}
	t.Fatal("no two areas lie beside each other")
	return "", ""
}
