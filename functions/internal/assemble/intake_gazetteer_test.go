package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/address/pinyin"
	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/library"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// intakes keeps what is asked for.
type intakes struct{ messages []gazetteer.Message }

func (i *intakes) Send(_ context.Context, all []gazetteer.Message) error {
	i.messages = append(i.messages, all...)
	return nil
}

// gazetteers are a world with large imports: whoever orders them, whoever does them, and what lies between.
type gazetteers struct {
	*world
	queue  *intakes
	desk   *gazetteer.Desk
	admin  string
	shelve jurisdiction.Shelves
}

// newGazetteers makes everything of a hundred bytes and more a large snapshot.
func newGazetteers(t *testing.T, url string) *gazetteers {
	g := &gazetteers{world: newWorld(t, url), queue: &intakes{}}
	g.settle()
	g.shelve = library.Shelves(g.config, g.table)
	g.shelve.From = 100
	g.admin = g.issuer.token("a", "administrator@town")
	uploads := album.Uploads(g.config)
	g.server.Boundaries.Uploads, g.server.Gazetteers.Uploads, g.server.Gazetteers.Queue = uploads, uploads, g.queue
	library.Lend(g.server.Gazetteers, g.shelve)
	g.desk = library.Gazetteers(g.config, g.table, uploads, pinyin.Of)
	library.Lend(g.desk, g.shelve)
	return g
}

// upload sends a file to where one may be sent, and gives its key.
func (w *world) upload(admin, file string) string {
	w.t.Helper()
	var u api.BoundaryUpload
	w.must("POST", "/v1/town/boundary-uploads", admin, nil).into(w.t, &u)
	r, err := http.NewRequestWithContext(w.t.Context(), "PUT", u.URL, strings.NewReader(file))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, v := range u.Headers {
		r.Header.Set(name, v)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		w.t.Fatalf("upload: %s", answer.Status)
	}
	return u.Upload
}

const importsPath = "/v1/town/gazetteer/imports"

func (g *gazetteers) order(key string, in map[string]any) (i api.GazetteerIntake) {
	g.t.Helper()
	g.must("POST", importsPath, g.admin, in, "Idempotency-Key", key).into(g.t, &i)
	return i
}

func (g *gazetteers) look(id string) (i api.GazetteerIntake) {
	g.t.Helper()
	g.must("GET", importsPath+"/"+id, g.admin, nil).into(g.t, &i)
	return i
}

func (g *gazetteers) last() []api.GazetteerIntake {
	g.t.Helper()
	var list api.GazetteerIntakes
	g.must("GET", importsPath, g.admin, nil).into(g.t, &list)
	return list.Imports
}

// carry does all that is asked for.
func (g *gazetteers) carry() {
	g.t.Helper()
	for _, m := range g.queue.messages {
		if err := g.desk.Carry(g.t.Context(), m); err != nil {
			g.t.Fatal(err)
		}
	}
	g.queue.messages = nil
}

func (g *gazetteers) versions() (list api.Gazetteers) {
	g.t.Helper()
	g.must("GET", "/v1/town/gazetteer", g.admin, nil).into(g.t, &list)
	return list
}

func TestALargeGazetteerIsImportedInTheBackground(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, url string) {
		g := newGazetteers(t, url)
		file := g.upload(g.admin, townAddresses())
		order := map[string]any{"country": "cn", "upload": file, "dry_run": true, "name": "地址 2026.csv"}
		tried := g.order("gazetteer-dry", order)
		if tried.State != "waiting" || !tried.DryRun || tried.Bytes != int64(len(townAddresses())) {
			t.Errorf("ordered: %+v", tried)
		}
		g.carry()
		if i := g.look(tried.Import); i.State != "done" || i.Result.Stored || i.Result.Addresses == 0 || i.BytesRead != i.Bytes {
			t.Errorf("tried: %+v", i)
		}
		if v := g.versions(); v.InForce != "" || len(v.Versions) != 0 {
			t.Errorf("a dry run stored %+v", v)
		}
		order["dry_run"] = false
		first := g.order("gazetteer-one", order)
		again := g.order("gazetteer-one", order)
		if again.Import != first.Import {
			t.Errorf("the same key ordered %s and %s", first.Import, again.Import)
		}
		g.carry() // both messages
		done := g.look(first.Import)
		if done.State != "done" || !done.Result.Stored || done.Compiled != done.Addresses || g.versions().InForce != done.Result.Version {
			t.Fatalf("done: %+v", done)
		}
		if _, err := g.table.Snapshot(t.Context(), "town", jurisdiction.GazetteerKind, done.Result.Version); !fault.Is(err, fault.Unknown) {
			t.Errorf("a large snapshot lies in the table: %v", err)
		}
		if l := g.locates("望鹭花园1幢"); l.Address.Grade != "building" {
			t.Errorf("located by a large snapshot: %+v", l)
		}
		if a := g.do("POST", importsPath, g.admin, map[string]any{"country": "us", "upload": file}, "Idempotency-Key", "gazetteer-one"); a.status != http.StatusConflict && a.status != http.StatusUnprocessableEntity {
			t.Errorf("the same key for another order: %d %s", a.status, a.body)
		}
		second := g.order("gazetteer-two", map[string]any{"country": "cn", "upload": g.upload(g.admin, townAddresses()+"石矶街1号,0.0005,0.0005,WGS84,,c2g1\n")})
		g.carry()
		if i := g.look(second.Import); i.Result.Replaced != done.Result.Version || len(i.Result.Warnings) != 1 || i.Result.Warnings[0].Line == 0 {
			t.Errorf("the second: %+v", i)
		}
		last := g.last()
		var ids []string
		for _, i := range last {
			ids = append(ids, i.Import)
		}
		if !slices.Equal(ids, []string{second.Import, first.Import, tried.Import}) || last[0].Result.Warnings != nil || last[0].State != "done" || last[1].DryRun {
			t.Errorf("the last imports: %+v", last)
		}
		if i := last[2]; i.Name != "地址 2026.csv" || i.Upload != file || i.Country != "cn" || i.By != "a" || !i.DryRun || i.Addresses == 0 {
			t.Errorf("the first of them: %+v", i)
		}
		g.must("POST", "/v1/town/gazetteer/rollback", g.admin, map[string]any{"version": done.Result.Version, "expected": g.versions().InForce})
		if a := g.do("POST", "/v1/town/gazetteer/rollback", g.admin, map[string]any{"version": "0123456789abcdef", "expected": done.Result.Version}); a.status != http.StatusNotFound {
			t.Errorf("back to nothing: %d %s", a.status, a.body)
		}
	})
}

func TestWhatSpeaksAgainstALargeGazetteerIsSaid(t *testing.T) {
	g := newGazetteers(t, enginetest.Default(t))
	faulty := g.order("gazetteer-bad", map[string]any{"country": "cn", "upload": g.upload(g.admin, townAddresses()+"石矶街1号,200,0,WGS84,,\n石矶街3号,0.0005,0.0005,mars,,\n")})
	outside := strings.Repeat("石矶街5号,1,1,WGS84,,\n", 600) // warnings, which must not crowd out the fault behind them
	crowded := g.order("gazetteer-crowded", map[string]any{"country": "cn", "upload": g.upload(g.admin, townAddresses()+outside+"石矶街1号,0.0005,0.0005,WGS84,,nowhere\n")})
	quote := g.order("gazetteer-quoted", map[string]any{"country": "cn", "upload": g.upload(g.admin, townAddresses()+"\"石矶街1号,0.0005,0.0005,WGS84,,\n"+outside)})
	stale := g.order("gazetteer-late", map[string]any{"country": "cn", "upload": g.upload(g.admin, townAddresses())})
	g.must("PUT", "/v1/town/gazetteer?country=cn", g.admin, []byte(townAddresses()+"石矶街1号,0.0005,0.0005,WGS84,,\n"))
	before := g.versions()
	g.carry()
	if i := g.look(faulty.Import); i.State != "refused" || i.Refusal.Code != "faulty_file" || len(i.Refusal.Faults) != 2 || i.Refusal.Faults[0].Line == 0 || i.Refusal.Faults[0].Reason != "no_place" || i.Refusal.Faults[1].Reason != "no_datum" || i.Result.Version != "" {
		t.Errorf("a faulty file: %+v", i)
	}
	if i := g.look(crowded.Import); i.State != "refused" || len(i.Refusal.Faults) != 101 || i.Refusal.Faults[0].Field != "area" || i.Refusal.Faults[0].Line != 616 {
		t.Errorf("a fault behind many warnings: %s, %d faults", i.State, len(i.Refusal.Faults))
	}
	if i := g.look(quote.Import); i.State != "refused" || len(i.Refusal.Faults) != 1 || i.Refusal.Faults[0].Line != 16 {
		t.Errorf("a quote that is never closed: %+v", i.Refusal)
	}
	if i := g.look(stale.Import); i.State != "refused" || i.Refusal.Code != "conflict" {
		t.Errorf("after somebody else: %+v", i)
	}
	if after := g.versions(); after.InForce != before.InForce {
		t.Errorf("%s is in force instead of %s", after.InForce, before.InForce)
	}
	if last := g.last(); len(last) != 4 || last[3].Import != faulty.Import || last[3].Refusal.Code != "faulty_file" || last[3].Refusal.Faults != nil {
		t.Errorf("the last imports: %+v", last)
	}
	for _, bad := range []map[string]any{{"country": "cn", "upload": g.upload(g.admin, townAddresses()), "name": strings.Repeat("址", 201)}, {"country": "xx", "upload": "boundaries/town/none"}, {"country": "cn", "upload": "boundaries/town/none"}, {"country": "cn", "upload": "boundaries/other/x"}, {"country": "cn"}} {
		if a := g.do("POST", importsPath, g.admin, bad, "Idempotency-Key", "gazetteer-wrong"); a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d %s", bad, a.status, a.body)
		}
	}
	if a := g.do("GET", importsPath+"/none", g.admin, nil); a.status != http.StatusNotFound {
		t.Errorf("an import that is not: %d", a.status)
	}
	if len(g.queue.messages) != 0 {
		t.Errorf("something refused was asked for: %v", g.queue.messages)
	}
}

// dying is a worker's way to the table that breaks before or after its n-th write, once.
type dying struct {
	*table.Table
	left  int
	after bool
}

var errDied = errors.New("the worker died")

func (d *dying) write(do func() error) error {
	d.left--
	if d.left == 0 && !d.after {
		return errDied
	}
	err := do()
	if d.left == 0 {
		return errDied
	}
	return err
}

func (d *dying) PutSnapshot(ctx context.Context, j string, kind jurisdiction.Kind, version string, b []byte) error {
	return d.write(func() error { return d.Table.PutSnapshot(ctx, j, kind, version, b) })
}

func (d *dying) Switch(ctx context.Context, j string, c jurisdiction.Change) error {
	return d.write(func() error { return d.Table.Switch(ctx, j, c) })
}

func (d *dying) RegisterGazetteer(ctx context.Context, j string, v gazetteer.Version) error {
	return d.write(func() error { return d.Table.RegisterGazetteer(ctx, j, v) })
}

func (d *dying) ChangeIntake(ctx context.Context, i gazetteer.Intake) error {
	return d.write(func() error { return d.Table.ChangeIntake(ctx, i) })
}

func TestALargeImportIsDoneOnceWhateverDies(t *testing.T) {
	g := newGazetteers(t, enginetest.Default(t))
	g.shelve.From = 1 << 30
	died := 0
	for n := range 16 {
		left, after := n/2+1, n%2 == 1
		file := townAddresses() + fmt.Sprintf("石矶街%d号,0.0005,0.0005,WGS84,,\n", n+1)
		i := g.order(fmt.Sprintf("gazetteer-dying-%d", n), map[string]any{"country": "cn", "upload": g.upload(g.admin, file)})
		d, shelves := &dying{Table: g.table, left: left, after: after}, g.shelve
		shelves.Writer = d
		g.desk.Catalogue, g.desk.Intakes = d, d
		library.Lend(g.desk, shelves)
		if g.desk.Carry(t.Context(), g.queue.messages[0]) != nil {
			died++
		}
		g.desk.Catalogue, g.desk.Intakes = g.table, g.table
		library.Lend(g.desk, g.shelve)
		asked := len(g.queue.messages)
		g.server.Gazetteers.Now = func() time.Time { return time.Now().Add(5 * time.Minute) }
		if final := g.look(i.Import).State == "done"; final == (len(g.queue.messages) > asked) {
			t.Errorf("died at write %d, after it: %v: final: %v, asked for again: %v", left, after, final, !final)
		}
		g.server.Gazetteers.Now = time.Now
		if asked == 1 { // a message that is late or doubled: the dead one could be alive
			before := g.look(i.Import)
			if err := g.desk.Carry(t.Context(), g.queue.messages[0]); err != nil {
				t.Fatal(err)
			}
			if there := g.look(i.Import); before.State != "waiting" && there.ChangedAt != before.ChangedAt {
				t.Errorf("died at write %d, after it: %v: two are at it: %+v", left, after, there)
			}
		}
		g.desk.Now = func() time.Time { return time.Now().Add(5 * time.Minute) }
		g.carry()
		g.desk.Now = time.Now
		if done := g.look(i.Import); done.State != "done" || g.versions().InForce != done.Result.Version {
			t.Fatalf("died at write %d, after it: %v: %+v", left, after, done)
		}
	}
	if v := g.versions(); died < 8 || len(v.Versions) != 16 {
		t.Errorf("died %d times; %d versions of 16 imports", died, len(v.Versions))
	}
}

// takeInEverything has a large import done by the function that does them, with a table of its own.
func (w *world) takeInEverything(to *table.Table) {
	w.t.Helper()
	uploads := album.Uploads(w.config)
	admin := w.issuer.token("a", "administrator@town")
	file := townAddresses() + "石矶街1号,0.0005,0.0005,WGS84,,\n石矶街8号,0.0005,0.0005,WGS84,,\n"
	var i api.GazetteerIntake
	w.must("POST", importsPath, admin, map[string]any{"country": "cn", "upload": w.upload(admin, file)}, "Idempotency-Key", "gazetteer-all").into(w.t, &i)
	desk := library.Gazetteers(w.config, to, uploads, pinyin.Of)
	if err := desk.Carry(w.t.Context(), gazetteer.Message{Jurisdiction: town, Intake: i.Import}); err != nil {
		w.t.Fatal(err)
	}
	w.must("GET", importsPath, admin, nil)
	if w.must("GET", importsPath+"/"+i.Import, admin, nil).into(w.t, &i); i.State != "done" {
		w.t.Errorf("%+v", i)
	}
}

func TestReadingALargeSnapshotChecksWhatItReads(t *testing.T) {
	g := newGazetteers(t, enginetest.Default(t))
	blob := bytes.Repeat([]byte("x"), 200)
	if err := g.shelve.PutSnapshot(t.Context(), town, jurisdiction.GazetteerKind, jurisdiction.VersionOf([]byte("y")), blob); err != nil {
		t.Fatal(err)
	}
	if _, err := gazetteer.NewShelf(g.shelve).Get(t.Context(), town, jurisdiction.VersionOf([]byte("y"))); err == nil {
		t.Error("bytes that are not those of the version were opened")
	}
}
