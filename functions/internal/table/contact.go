package table

import (
	"context"
	"errors"

	"github.com/weige/weige/functions/internal/assignment"
)

// ReadContact implements assignment.ContactReader: the log entry is written before the details are read.
func (t *Table) ReadContact(ctx context.Context, r assignment.Reading) ([]byte, error) {
	entry := readingKey(r.Report, r.ID, r.At).item()
	entry["w"], entry["re"] = str(r.Who), str(r.Reason)
	_, failed, err := t.put1(ctx, entry, absent, nil)
	if err != nil {
		return nil, err
	}
	if failed {
		return nil, errors.New("a reading with this id was noted before")
	}
	i, err := t.get(ctx, contactKey(r.Report), latest)
	if err != nil || i.number(expiry) < t.now().Unix() {
		return nil, err
	}
	return i.bytes("d"), nil
}
