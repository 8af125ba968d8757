package table

import (
	"context"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/webhook"
)

// PutHook implements webhook.Store.
func (t *Table) PutHook(ctx context.Context, h webhook.Hook) (bool, error) {
	i := hookKey(h.Jurisdiction, h.ID).item()
	i["j"], i["u"], i["s"], i["at"] = str(h.Jurisdiction), str(h.URL), str(h.Secret), millis(h.MadeAt)
	i.put("who", h.MadeBy)
	if len(h.Kinds) > 0 {
		var kinds []string
		for _, k := range h.Kinds {
			kinds = append(kinds, string(k))
		}
		i["k"] = list(kinds)
	}
	// The SDK may have sent it twice: the secret, which nobody else has, says whether what is there is this one.
	there, failed, err := t.put1(ctx, i, absent, nil)
	return !failed || there.text("s") == h.Secret, err
}

func readHook(i item) webhook.Hook {
	id, _ := strings.CutPrefix(i.text(sortKey), hookPrefix)
	h := webhook.Hook{ID: id, Jurisdiction: i.text("j"), URL: i.text("u"), Secret: i.text("s"), MadeAt: i.millis("at"), MadeBy: i.text("who"), EndedAt: i.millis(ended)}
	for _, k := range i.list("k") {
		h.Kinds = append(h.Kinds, report.EventKind(k))
	}
	return h
}

// Hooks implements webhook.Store.
func (t *Table) Hooks(ctx context.Context, j string) ([]webhook.Hook, error) {
	items, err := t.query(ctx, hooksPartition(j), hookPrefix, latest)
	var all []webhook.Hook
	for _, i := range items {
		all = append(all, readHook(i))
	}
	return all, err
}

// EndHook implements webhook.Store.
func (t *Table) EndHook(ctx context.Context, j, id string, at time.Time) (webhook.Hook, error) {
	i, err := t.endOnce(ctx, hookKey(j, id), at)
	if err == nil && i == nil {
		err = &fault.Error{Code: fault.Unknown, Field: "webhook", Message: "There is no such webhook here."}
	}
	if err != nil {
		return webhook.Hook{}, err
	}
	return readHook(i), nil
}
