package jurisdiction

import (
	"context"
	"encoding/json"

	"github.com/weige/weige/functions/internal/fault"
)

// Put creates a jurisdiction or replaces its settings, and gives what is in force afterwards. Wrong settings are a fault that
// names the field; a change by somebody else meanwhile is fault.Conflict.
func Put(ctx context.Context, b *Books, w Writer, code string, s Settings) (Current, error) {
	if !ValidCode(code) {
		return Current{}, fault.Field("jurisdiction", "A jurisdiction's code has 1 to 32 small letters, digits and hyphens and begins with a letter or digit.")
	}
	if err := s.Validate(); err != nil {
		return Current{}, err
	}
	before, err := b.Current(ctx, code)
	if err != nil && !fault.Is(err, fault.Unknown) {
		return Current{}, err
	}
	blob, err := json.Marshal(s)
	if err != nil {
		return Current{}, err
	}
	next := before
	next.Jurisdiction, next.Settings, next.InForce.Settings = code, &s, VersionOf(blob)
	change := Change{Kind: SettingsKind, Expected: before.InForce.Settings, Next: next.InForce.Settings}
	if before.Areas != nil {
		change.Retire = before.RetiredBy(next)
	}
	if err := w.PutSnapshot(ctx, code, SettingsKind, change.Next, blob); err != nil {
		return Current{}, err
	}
	if err := w.Switch(ctx, code, change); err != nil {
		return Current{}, err
	}
	return next, nil
}

// UploadPrefix keeps the uploads of jurisdictions apart: one can only import what was uploaded for it.
func UploadPrefix(code string) string { return "boundaries/" + code + "/" }
