package jurisdiction

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/geo"
)

// Kind says what a snapshot holds.
type Kind string

// The kinds of snapshot a jurisdiction has in force.
const (
	Boundaries     Kind = "boundaries" // a compiled boundary set, see geo.Open
	RosterKind     Kind = "roster"     // who answers for which area
	SettingsKind   Kind = "settings"   // Settings as JSON
	RulesKind      Kind = "rules"      // which reports go to whom
	SuccessionKind Kind = "succession" // what became of the areas of earlier boundary sets; it changes with the boundaries only
	GazetteerKind  Kind = "gazetteer"  // compiled standard addresses, see address.Open
	versionHexLen       = 16
	keptPerKind         = 16 // versions of one kind that an instance keeps open, over all jurisdictions it serves
)

// VersionOf names a snapshot by its content: the first 16 hexadecimal digits of its SHA-256 (64 bits; sets of one
// jurisdiction number in the thousands at most, so that two of them sharing a name is not a concern). The same content has the
// same version, which makes storing it twice harmless.
func VersionOf(blob []byte) string {
	sum := sha256.Sum256(blob)
	return hex.EncodeToString(sum[:])[:versionHexLen]
}

// InForce is the pointer: which versions hold now. An empty version means that there is none yet.
type InForce struct {
	Jurisdiction string
	Boundaries   string
	Roster       string
	Settings     string
	Rules        string // empty: whoever is on duty has it
	Gazetteer    string // empty: addresses cannot be located
	Succession   string // empty until an area of an earlier set is no more
	// Retired holds codes of queue areas of earlier boundary sets that the set in force no longer has. Open reports may still
	// be filed under them, and lists of the whole jurisdiction go on asking for them, so that no report drops out of sight when
	// boundaries change.
	Retired []string
}

// Version gives the version in force of one kind; empty where none is.
func (f InForce) Version(k Kind) string {
	switch k {
	case Boundaries:
		return f.Boundaries
	case RosterKind:
		return f.Roster
	case RulesKind:
		return f.Rules
	case GazetteerKind:
		return f.Gazetteer
	default:
		return f.Settings
	}
}

// Change replaces one version of the pointer, provided that the one in force is still Expected.
type Change struct {
	Kind       Kind
	Expected   string // empty: none in force so far
	Next       string
	Retire     []string // queue areas to add to Retired
	Succession string   // of a change of boundaries: the version of the succession that holds with them; empty leaves it as it is
}

// Pointers reads the pointer of a jurisdiction. It answers a fault with code fault.Unknown where there is none.
type Pointers interface {
	InForce(ctx context.Context, jurisdiction string) (InForce, error)
}

// Snapshots reads immutable snapshots and answers a fault with code fault.Unknown for one that is absent or incomplete.
type Snapshots interface {
	Snapshot(ctx context.Context, jurisdiction string, kind Kind, version string) ([]byte, error)
}

// Writer stores snapshots and flips the pointer.
type Writer interface {
	// PutSnapshot stores all of blob under its version before it returns; storing the same again changes nothing.
	PutSnapshot(ctx context.Context, jurisdiction string, kind Kind, version string, blob []byte) error
	// Switch applies the change in one conditional write. Where another version is in force it answers a fault with code
	// fault.Conflict, unless that version is already Next (a repeated call), which is success. The pointer of a new
	// jurisdiction comes into being with the first settings; any other change of an absent pointer is fault.Unknown.
	Switch(ctx context.Context, jurisdiction string, c Change) error
}

// Books reads what is in force and keeps opened snapshots by version, so that a warm instance reads the pointer and nothing
// else. It is safe for concurrent use.
type Books struct {
	Pointers Pointers
	areas    *Shelf[*geo.Index]
	settings *Shelf[*Settings]
	heirs    *Shelf[Succession]
}

// NewBooks gives Books over a store.
func NewBooks(p Pointers, s Snapshots) *Books {
	return &Books{
		Pointers: p,
		areas:    NewShelf(s, Boundaries, openAreas),
		settings: NewShelf(s, SettingsKind, openSettings),
		heirs:    NewShelf(s, SuccessionKind, openSuccession),
	}
}

// openAreas opens a compiled boundary set and makes sure that all of it is whole: requests may take its answers as they are.
func openAreas(blob []byte) (*geo.Index, error) {
	areas, err := geo.Open(blob)
	if err != nil {
		return nil, err
	}
	return areas, areas.Verify()
}

// Current is one consistent view of a jurisdiction: the pointer as read at one moment and what it points at.
type Current struct {
	InForce
	Settings   *Settings
	Areas      *geo.Index // nil while no boundary set is in force
	Succession Succession
}

// Current reads the pointer once, and whatever it names that this instance has not opened yet.
func (b *Books) Current(ctx context.Context, jurisdiction string) (Current, error) {
	if !ValidCode(jurisdiction) {
		return Current{}, UnknownJurisdiction(jurisdiction)
	}
	f, err := b.Pointers.InForce(ctx, jurisdiction)
	if err != nil {
		return Current{}, err
	}
	c := Current{InForce: f}
	if c.Settings, err = b.settings.Get(ctx, jurisdiction, f.Settings); err != nil {
		return Current{}, fmt.Errorf("settings of %s: %w", jurisdiction, err)
	}
	if f.Boundaries != "" {
		if c.Areas, err = b.areas.Get(ctx, jurisdiction, f.Boundaries); err != nil {
			return Current{}, fmt.Errorf("boundaries of %s: %w", jurisdiction, err)
		}
	}
	if f.Succession != "" {
		if c.Succession, err = b.heirs.Get(ctx, jurisdiction, f.Succession); err != nil {
			return Current{}, fmt.Errorf("succession of %s: %w", jurisdiction, err)
		}
	}
	return c, nil
}

// Areas opens any stored boundary set, in force or not.
func (b *Books) Areas(ctx context.Context, jurisdiction, version string) (*geo.Index, error) {
	return b.areas.Get(ctx, jurisdiction, version)
}

// UnknownJurisdiction is the answer to a jurisdiction that does not exist.
func UnknownJurisdiction(code string) error {
	return &fault.Error{Code: fault.Unknown, Field: "jurisdiction", Message: fmt.Sprintf("There is no jurisdiction %q here.", code)}
}

func openSettings(blob []byte) (*Settings, error) {
	var s Settings
	if err := json.Unmarshal(blob, &s); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return &s, nil
}
