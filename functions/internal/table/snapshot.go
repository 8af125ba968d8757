package table

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// chunkBytes is how much of a snapshot one item holds; an item may have 400 KB.
const chunkBytes = 350 << 10

// PutSnapshot implements jurisdiction.Writer. Each chunk is written once; one that is there with the same content counts as written, unless it was
// discarded with its set: then it is written anew.
func (t *Table) PutSnapshot(ctx context.Context, j string, kind jurisdiction.Kind, version string, content []byte) error {
	total := max(1, (len(content)+chunkBytes-1)/chunkBytes)
	for n := range total {
		part := content[n*chunkBytes : min(len(content), (n+1)*chunkBytes)]
		sum := sha256.Sum256(part)
		i := chunkKey(j, kind, version, n).item()
		i["d"], i["h"], i["n"], i["of"] = blob(part), blob(sum[:]), num(int64(n)), num(int64(total))
		there, failed, err := t.put1(ctx, i, absent+" OR "+discarded, nil)
		if err != nil {
			return fmt.Errorf("snapshot %s %s of %s: %w", kind, version, j, err)
		}
		if failed && (!bytes.Equal(there.bytes("h"), sum[:]) || there.number("of") != int64(total)) {
			return fmt.Errorf("snapshot %s %s of %s: chunk %d is there with other content", kind, version, j, n)
		}
	}
	return nil
}

// Snapshot implements jurisdiction.Snapshots. It gives a snapshot only if every chunk is there and is what was written.
func (t *Table) Snapshot(ctx context.Context, j string, kind jurisdiction.Kind, version string) ([]byte, error) {
	chunks, err := t.query(ctx, chunkPartition(j, kind, version), chunkPrefix, latest)
	if err != nil {
		return nil, err
	}
	if len(chunks) == 0 || int64(len(chunks)) != chunks[0].number("of") {
		return nil, fault.New(fault.Unknown, "There is no whole %s %s here.", kind, version)
	}
	var content []byte
	for n, c := range chunks {
		if t.expired(c) {
			return nil, fault.New(fault.Unknown, "The %s %s were discarded.", kind, version)
		}
		part := c.bytes("d")
		sum := sha256.Sum256(part)
		if c.number("n") != int64(n) || !bytes.Equal(c.bytes("h"), sum[:]) {
			return nil, fmt.Errorf("snapshot %s %s of %s: chunk %d is damaged", kind, version, j, n)
		}
		content = append(content, part...)
	}
	return content, nil
}
