package stack

import (
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/table"
)

// outbox has something given up by a round of the function deliver, and tried again when an administrator says so.
func (w *world) outbox() {
	t := w.t
	store := table.New(table.Config{Name: w.Table, Now: time.Now, Client: table.Dial(table.Settings{Region: Region, Endpoint: w.endpoint, AccessKey: AccessKey, SecretKey: SecretKey})})
	d := delivery.Delivery{ID: delivery.ID("nowhere"), Jurisdiction: town, Channel: "nowhere", MadeAt: time.Now(), DueAt: time.Now(), Status: delivery.Waiting}
	if _, err := store.PutDelivery(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	dead := func(after string) {
		var list api.Deliveries
		w.must("GET", "/v1/town/deliveries", w.token(administrator), nil).into(t, &list)
		if len(list.Deliveries) != 1 || list.Deliveries[0].Delivery != d.ID || list.Deliveries[0].Failure != "no_channel" {
			t.Errorf("after %s: %+v", after, list)
		}
	}
	if result, err := w.Functions["deliver"].Invoke(t.Context(), []byte(`{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}`)); err != nil {
		t.Errorf("a round: %s, %v", result.Payload, err)
	}
	dead("a round")
	w.must("POST", "/v1/town/deliveries/"+d.ID+"/replay", w.token(administrator), map[string]any{})
	if err := w.DeliverMessages(t.Context()); err != nil {
		t.Error(err)
	}
	dead("a message")
}
