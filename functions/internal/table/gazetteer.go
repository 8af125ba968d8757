package table

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/weige/weige/functions/internal/gazetteer"
)

// RegisterGazetteer implements gazetteer.Catalogue.
func (t *Table) RegisterGazetteer(ctx context.Context, j string, v gazetteer.Version) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	i := gazetteerKey(j, v.Version).item()
	i["d"] = str(string(body))
	_, _, err = t.put1(ctx, i, absent, nil)
	return err
}

// Gazetteers implements gazetteer.Catalogue.
func (t *Table) Gazetteers(ctx context.Context, j string) ([]gazetteer.Version, error) {
	items, err := t.query(ctx, gazetteersPartition(j), gazetteerPrefix, latest)
	if err != nil {
		return nil, err
	}
	var list []gazetteer.Version
	for _, i := range items {
		var v gazetteer.Version
		if err := json.Unmarshal([]byte(i.text("d")), &v); err != nil {
			return nil, fmt.Errorf("a stored description of a gazetteer cannot be read: %w", err)
		}
		list = append(list, v)
	}
	slices.SortStableFunc(list, func(a, b gazetteer.Version) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return list, nil
}
