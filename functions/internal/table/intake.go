package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gazetteer"
)

// intakeKept is for how long it is known what became of an intake.
const intakeKept = 90 * 24 * time.Hour

// NewIntake implements gazetteer.Intakes.
func (t *Table) NewIntake(ctx context.Context, i gazetteer.Intake) (gazetteer.Intake, error) {
	one, err := writeIntake(i)
	if err != nil {
		return i, err
	}
	there, failed, err := t.put1(ctx, one, absent, nil)
	if err != nil || !failed {
		return i, err
	}
	return readIntake(there)
}

func writeIntake(i gazetteer.Intake) (item, error) {
	body, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	one := intakeKey(i.Jurisdiction, i.ID).item()
	one["d"], one["v"], one[expiry] = blob(body), num(i.Revision), num(i.BeganAt.Add(intakeKept).Unix())
	return one, nil
}

func readIntake(one item) (i gazetteer.Intake, err error) {
	if err := json.Unmarshal(one.bytes("d"), &i); err != nil {
		return i, fmt.Errorf("a stored import of a gazetteer cannot be read: %w", err)
	}
	return i, nil
}

// Intake implements gazetteer.Intakes.
func (t *Table) Intake(ctx context.Context, j, id string) (gazetteer.Intake, error) {
	one, err := t.get(ctx, intakeKey(j, id), latest)
	if err == nil && (one == nil || t.expired(one)) {
		err = &fault.Error{Code: fault.Unknown, Field: "import", Message: "There is no such import here, or it is older than 90 days."}
	}
	if err != nil {
		return gazetteer.Intake{}, err
	}
	return readIntake(one)
}

// ChangeIntake implements gazetteer.Intakes.
func (t *Table) ChangeIntake(ctx context.Context, i gazetteer.Intake) error {
	one, err := writeIntake(i)
	if err != nil {
		return err
	}
	there, failed, err := t.put1(ctx, one, "v = :before", item{":before": num(i.Revision - 1)})
	if err == nil && failed && !bytes.Equal(there.bytes("d"), one.bytes("d")) { // what is there may be what was sent before its answer was lost
		return fault.New(fault.Conflict, "Somebody else noted how far this import is.")
	}
	return err
}
