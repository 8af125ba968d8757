package jurisdiction

import (
	"context"

	"github.com/weige/weige/functions/internal/fault"
)

// Objects keeps large files by key.
type Objects interface {
	// Put stores a file, in place of one with the same key.
	Put(ctx context.Context, key, contentType string, file []byte) error
	// Read gives at most limit+1 bytes of a file; fault.Unknown where there is none.
	Read(ctx context.Context, key string, limit int64) ([]byte, error)
}

// LargeSnapshot is from how many bytes on a snapshot lies in the object store. A table reads 4 KB a unit and 3,000 units a second from one
// partition at most (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html), so that every instance
// that starts would ask it for a second for each 12 MB.
const LargeSnapshot = 10 << 20

// mostSnapshot bounds what is read at once.
const mostSnapshot = 512 << 20

// Shelves keeps small snapshots in a table and large ones, from From bytes on, in an object store. It implements Snapshots and Writer.
type Shelves struct {
	Snapshots Snapshots
	Writer
	Objects Objects // nil: everything lies in the table
	From    int
}

// SnapshotPrefix is how keys of large snapshots begin.
const SnapshotPrefix = "snapshots/"

func snapshotKey(jurisdiction string, kind Kind, version string) string {
	return SnapshotPrefix + jurisdiction + "/" + string(kind) + "/" + version
}

// PutSnapshot implements Writer. A key names its content, so that storing it again changes nothing.
func (s Shelves) PutSnapshot(ctx context.Context, jurisdiction string, kind Kind, version string, blob []byte) error {
	if s.Objects == nil || len(blob) < s.From {
		return s.Writer.PutSnapshot(ctx, jurisdiction, kind, version, blob)
	}
	return s.Objects.Put(ctx, snapshotKey(jurisdiction, kind, version), "application/octet-stream", blob)
}

// Snapshot implements Snapshots. The table is asked first: what is not there costs least to learn.
func (s Shelves) Snapshot(ctx context.Context, jurisdiction string, kind Kind, version string) ([]byte, error) {
	blob, err := s.Snapshots.Snapshot(ctx, jurisdiction, kind, version)
	if s.Objects == nil || !fault.Is(err, fault.Unknown) {
		return blob, err
	}
	return s.Objects.Read(ctx, snapshotKey(jurisdiction, kind, version), mostSnapshot)
}
