package assemble

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// wakes keeps what was asked to be delivered at once.
type wakes struct {
	mu  sync.Mutex
	ids []string
}

func (q *wakes) Send(_ context.Context, all []delivery.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range all {
		q.ids = append(q.ids, m.Deliveries...)
	}
	return nil
}

// giveUp puts a delivery that nobody can send, and has it given up.
func (w *world) giveUp(to *table.Table) delivery.Delivery {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(testLog{w.t}, nil))
	there, err := w.server.Outbox.Put(w.t.Context(), delivery.Delivery{ID: delivery.ID(w.t.Name()), Jurisdiction: town, Channel: "nowhere", To: "nobody"})
	if err != nil {
		w.t.Fatal(err)
	}
	round, err := sending.Worker(to, map[delivery.Channel]delivery.Sender{}, log).Run(w.t.Context())
	if err != nil || round.Dead != 1 {
		w.t.Fatalf("%+v, %v", round, err)
	}
	return there[0]
}

// deliverEverything has the function deliver send, and administrators look after what it gives up.
func (w *world) deliverEverything(to *table.Table) {
	d := w.giveUp(to)
	admin := w.issuer.token("admin", "administrator@town")
	w.must("GET", "/v1/town/deliveries", admin, nil)
	w.must("POST", "/v1/town/deliveries/"+d.ID+"/replay", admin, nil)
	worker := sending.Worker(to, map[delivery.Channel]delivery.Sender{}, slog.New(slog.DiscardHandler))
	if err := worker.Handle(w.t.Context(), delivery.Message{Deliveries: []string{d.ID}}); err != nil {
		w.t.Error(err)
	}
}

// What was given up is listed without whom it was for, and tried again on demand.
func TestDeadDeliveriesAreListedAndReplayed(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	d := w.giveUp(w.table)
	admin := w.issuer.token("admin", "administrator@town")
	var list api.Deliveries
	a := w.must("GET", "/v1/town/deliveries", admin, nil)
	a.into(t, &list)
	if len(list.Deliveries) != 1 || list.Deliveries[0].Delivery != d.ID || list.Deliveries[0].Status != api.DeliveryDead || list.Deliveries[0].Failure != "no_channel" {
		t.Errorf("%s", a.body)
	}
	if strings.Contains(string(a.body), "nobody") {
		t.Errorf("it says whom it was for: %s", a.body)
	}
	var one api.Delivery
	w.must("POST", "/v1/town/deliveries/"+d.ID+"/replay", admin, nil).into(t, &one)
	if one.Status != api.DeliveryWaiting || one.Attempts != 0 {
		t.Errorf("replayed: %+v", one)
	}
	w.must("GET", "/v1/town/deliveries", admin, nil).into(t, &list)
	if len(list.Deliveries) != 0 {
		t.Errorf("still listed: %+v", list)
	}
	w.must("PUT", "/v1/other", w.issuer.token("admin", "administrator@*"), townSettings())
	for _, path := range []string{"/v1/other/deliveries/" + d.ID + "/replay", "/v1/town/deliveries/none/replay"} {
		if a := w.do("POST", path, w.issuer.token("admin", "administrator@*"), nil); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := w.do("GET", "/v1/town/deliveries?cursor=x", admin, nil); a.status != 422 || !strings.Contains(string(a.body), `"cursor"`) {
		t.Errorf("a wrong cursor: %d %s", a.status, a.body)
	}
}
