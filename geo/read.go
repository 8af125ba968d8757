package geo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The kinds of FileError: why a file cannot be read at all.
const (
	FileEmpty      FaultKind = "file_empty"      // it has no bytes
	FilePacked     FaultKind = "file_packed"     // an archive or another compressed file
	FileCutOff     FaultKind = "file_cut_off"    // it breaks off before its end
	FileUnreadable FaultKind = "file_unreadable" // it is no JSON, or not that of GeoJSON
	FileOtherType  FaultKind = "file_other_type" // JSON, and neither a FeatureCollection nor a Topology
	FileProjected  FaultKind = "file_projected"  // its coordinates are not longitude and latitude
)

// FileError says why a file cannot be read at all.
type FileError struct {
	Kind    FaultKind
	Message string
}

// Error gives a sentence a person can act on.
func (e *FileError) Error() string { return e.Message }

func fileError(kind FaultKind, format string, args ...any) error {
	return &FileError{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// How files begin that hold others: ZIP archives (which workbooks and zipped shapefiles are too) and gzip.
var packed = [][]byte{[]byte("PK\x03\x04"), []byte("PK\x05\x06"), []byte("\x1f\x8b")}

// unpacked passes over a byte order mark, and refuses what can be told by how it begins.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	begin, _ := b.Peek(4) // a shorter file has less, and an error comes again when it is read
	if len(begin) == 0 {
		if _, err := b.Peek(1); !errors.Is(err, io.EOF) {
			return b, nil
		}
		return nil, fileError(FileEmpty, "The file is empty. Choose the file that holds the boundaries.")
	}
	for _, how := range packed {
		if bytes.HasPrefix(begin, how) {
			return nil, fileError(FilePacked, "The file is a compressed archive. Unpack it, and choose the .geojson, .json or .topojson file that is in it.")
		}
	}
	if bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	}
	return b, nil
}

// notRead says in plain words why JSON cannot be read; errors of what it is read from stay as they are.
func notRead(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fileError(FileCutOff, "The file breaks off before its end. Get it once more, and choose it again.")
	case errors.As(err, &syntax):
		return fileError(FileUnreadable, "The file is no GeoJSON: it is no JSON from byte %d on. Export it as GeoJSON, and choose that.", syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		return fileError(FileOtherType, "The file is JSON, and neither a GeoJSON FeatureCollection nor a TopoJSON Topology.")
	case errors.As(err, &kind):
		return fileError(FileUnreadable, "The file is no GeoJSON: %q is not what GeoJSON has there, at byte %d. Export it as GeoJSON, and choose that.", kind.Field, kind.Offset)
	}
	return fmt.Errorf("reading boundaries: %w", err)
}

func read(r io.Reader, l Limits) (collection, error) {
	var c collection
	if l.Bytes > 0 {
		r = io.LimitReader(r, l.Bytes+1)
	}
	counted := &counter{r: r}
	from, err := unpacked(counted)
	if err != nil {
		return c, err
	}
	err = json.NewDecoder(from).Decode(&c)
	switch {
	case l.Bytes > 0 && counted.n > l.Bytes:
		return c, &LimitError{What: "bytes", Limit: l.Bytes}
	case err != nil:
		return c, notRead(err)
	case c.Type != "FeatureCollection" && c.Type != "Topology":
		return c, fileError(FileOtherType, "The file is neither a GeoJSON FeatureCollection nor a TopoJSON Topology; its type is %.60q.", c.Type)
	case c.CRS != nil && !geographic(c.CRS.Properties.Name):
		return c, fileError(FileProjected, "The file has the coordinate system %.60q. Convert it to longitude and latitude in degrees first.", c.CRS.Properties.Name)
	}
	if c.Type == "Topology" {
		if c.Features, err = c.features(l.Vertices); err != nil {
			return c, err
		}
	}
	if l.Features > 0 && len(c.Features) > l.Features {
		return c, &LimitError{What: "features", Limit: int64(l.Features)}
	}
	return c, nil
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// geographic reports whether a coordinate system is longitude and latitude in degrees in this order, as RFC 7946 has it.
func geographic(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasSuffix(name, "CRS84") || strings.HasSuffix(name, "EPSG::4326") || name == "EPSG:4326" || strings.HasSuffix(name, "EPSG::4490") || name == "EPSG:4490"
}
