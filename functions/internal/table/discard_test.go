package table

import (
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// What is discarded expires with all its parts, unless the same content is written again; what was begun with a set meanwhile keeps it.
func TestWhatIsDiscardedExpires(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx, until := t.Context(), p.now.Add(time.Hour)
		content := []byte(strings.Repeat("0123456789", chunkBytes/4)) // three chunks
		store := func() {
			t.Helper()
			if err := p.PutSnapshot(ctx, "j", jurisdiction.Boundaries, "v1", content); err != nil {
				t.Fatal(err)
			}
		}
		expiring := func(partition, prefix string) (n int) {
			t.Helper()
			items, err := p.query(ctx, partition, prefix, latest)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range items {
				if i.number(expiry) == until.Unix() {
					n++
				}
			}
			return n
		}
		store()
		seen, _, err := p.Register(ctx, boundary.Set{Jurisdiction: "j", Version: "v1"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.NewDrawing(ctx, boundary.Drawing{ID: "d", Jurisdiction: "j", Base: "v1", Revision: 1}, until.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Discard(ctx, seen, "e", p.now, until); !fault.Is(err, fault.Conflict) {
			t.Errorf("a set on which a drawing was begun since it was read: %v", err)
		}
		for n := range 3 {
			d.Revision, d.Edits = d.Revision+1, n+1
			if _, changed, err := p.ChangeDrawing(ctx, d, &boundary.Edit{Number: n + 1}, until.AddDate(1, 0, 0)); err != nil || !changed {
				t.Fatal(changed, err)
			}
		}
		if _, at, err := p.DiscardDrawing(ctx, d, p.now, until); err != nil || !at.Equal(p.now) || expiring(editsPartition("j", "d"), editPrefix) != 3 {
			t.Errorf("a drawing was discarded at %s: %v; of its edits expire %d", at, err, expiring(editsPartition("j", "d"), editPrefix))
		}
		if _, err := p.NewDrawing(ctx, d, until); !fault.Is(err, fault.Conflict) {
			t.Errorf("begun again with the same key: %v", err)
		}
		if seen, err = p.Describe(ctx, "j", "v1"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if at, err := p.Discard(ctx, seen, "e", p.now, until); err != nil || !at.Equal(p.now) || expiring(chunkPartition("j", jurisdiction.Boundaries, "v1"), chunkPrefix) != 3 {
				t.Errorf("a set was discarded at %s: %v; of its chunks expire %d", at, err, expiring(chunkPartition("j", jurisdiction.Boundaries, "v1"), chunkPrefix))
			}
		}
		if err := p.BeginPublication(ctx, "j", "v1", p.now); !fault.Is(err, fault.Unknown) {
			t.Errorf("published: %v", err)
		}
		store()
		if _, again, err := p.Register(ctx, boundary.Set{Jurisdiction: "j", Version: "v1"}); err != nil || !again || expiring(chunkPartition("j", jurisdiction.Boundaries, "v1"), chunkPrefix) != 0 {
			t.Errorf("stored again: %v, %v; of its chunks expire %d", again, err, expiring(chunkPartition("j", jurisdiction.Boundaries, "v1"), chunkPrefix))
		}
	})
}
