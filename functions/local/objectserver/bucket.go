package objectserver

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rclone/gofakes3"
)

// bucket keeps each object in a file of its own, named by the SHA-256 of its key so that no key can lead elsewhere. The file is the
// content, then JSON about the object, then the length of that JSON in lengthDigits digits. One rename makes all of it visible, or
// replaces all of it.
type bucket struct {
	name   string
	folder string // objects
	half   string // what is being written
	most   int64
	now    func() time.Time
}

const lengthDigits = 8

// about is what a file says of its object. It stands at the end because the MD5 is known only there.
type about struct {
	Key      string            `json:"key"`
	MD5      string            `json:"md5"` // in hex; S3's ETag
	Modified time.Time         `json:"modified"`
	Headers  map[string]string `json:"headers"` // content type and the like, as they were sent
}

func openBucket(folder, name string, most int64, now func() time.Time) (*bucket, error) {
	b := &bucket{name: name, folder: filepath.Join(folder, "objects"), half: filepath.Join(folder, "half"), most: most, now: now}
	// What a killed process left behind is of no use to anybody.
	if err := os.RemoveAll(b.half); err != nil {
		return nil, err
	}
	for _, f := range []string{b.folder, b.half} {
		if err := os.MkdirAll(f, 0o700); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bucket) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(b.folder, hex.EncodeToString(sum[:]))
}

// PutObject writes the object beside its place, makes it durable and then moves it there.
func (b *bucket) PutObject(_ context.Context, bucketName, key string, meta map[string]string, input io.Reader, size int64) (gofakes3.PutObjectResult, error) {
	if bucketName != b.name {
		return gofakes3.PutObjectResult{}, gofakes3.BucketNotFound(bucketName)
	}
	f, err := os.CreateTemp(b.half, "object-")
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	defer f.Close()
	sum, err := b.take(f, input, size)
	if err == nil {
		err = appendAbout(f, about{Key: key, MD5: hex.EncodeToString(sum), Modified: b.now().UTC(), Headers: meta})
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), b.path(key))
	}
	if err == nil {
		err = syncFolder(b.folder)
	}
	return gofakes3.PutObjectResult{}, err
}

// take writes the content and gives its MD5; an error when it is shorter than was said, or too large.
func (b *bucket) take(f *os.File, input io.Reader, size int64) ([]byte, error) {
	sum := md5.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(input, b.most+1))
	switch {
	case err != nil:
		return nil, err
	case n > b.most:
		return nil, gofakes3.ErrorMessagef(gofakes3.ErrEntityTooLarge, "The file is larger than the %d bytes that are allowed.", b.most)
	case size >= 0 && n != size:
		return nil, gofakes3.ErrIncompleteBody
	}
	return sum.Sum(nil), nil
}

func appendAbout(f *os.File, a about) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s%0*d", text, lengthDigits, len(text))
	return err
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// stored is an object that is open for reading.
type stored struct {
	about
	file *os.File
	size int64 // of its content, which begins the file
}

// openStored gives the object in a file, or fs.ErrNotExist.
func openStored(path string) (*stored, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &stored{file: f}
	if err := s.readAbout(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return s, nil
}

func (s *stored) readAbout() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	digits := make([]byte, lengthDigits)
	if _, err := s.file.ReadAt(digits, info.Size()-lengthDigits); err != nil {
		return err
	}
	length, err := strconv.ParseUint(string(digits), 10, 32)
	if err != nil {
		return err
	}
	text := make([]byte, length)
	s.size = info.Size() - lengthDigits - int64(length)
	if _, err := s.file.ReadAt(text, s.size); err != nil {
		return err
	}
	return json.Unmarshal(text, &s.about)
}

func (b *bucket) open(bucketName, key string) (*stored, error) {
	if bucketName != b.name {
		return nil, gofakes3.BucketNotFound(bucketName)
	}
	s, err := openStored(b.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, gofakes3.KeyNotFound(key)
	}
	return s, err
}

// GetObject gives an object or a range of it.
func (b *bucket) GetObject(_ context.Context, bucketName, key string, asked *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	s, err := b.open(bucketName, key)
	if err != nil {
		return nil, err
	}
	o := s.object()
	part, err := asked.Range(s.size)
	if err != nil {
		s.file.Close()
		return nil, err
	}
	start, length := int64(0), s.size
	if part != nil {
		o.Range, start, length = part, part.Start, part.Length
	}
	o.Contents = section{io.NewSectionReader(s.file, start, length), s.file}
	return o, nil
}

type section struct {
	io.Reader
	io.Closer
}

// HeadObject describes an object.
func (b *bucket) HeadObject(_ context.Context, bucketName, key string) (*gofakes3.Object, error) {
	s, err := b.open(bucketName, key)
	if err != nil {
		return nil, err
	}
	s.file.Close()
	o := s.object()
	o.Contents = io.NopCloser(strings.NewReader(""))
	return o, nil
}

func (s *stored) object() *gofakes3.Object {
	sum, _ := hex.DecodeString(s.MD5)
	return &gofakes3.Object{Name: s.Key, Metadata: s.Headers, Size: s.size, Hash: sum}
}

// DeleteObject removes an object; it is no error that there is none.
func (b *bucket) DeleteObject(_ context.Context, bucketName, key string) (gofakes3.ObjectDeleteResult, error) {
	if bucketName != b.name {
		return gofakes3.ObjectDeleteResult{}, gofakes3.BucketNotFound(bucketName)
	}
	err := os.Remove(b.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return gofakes3.ObjectDeleteResult{}, err
}

// DeleteMulti removes objects one by one.
func (b *bucket) DeleteMulti(ctx context.Context, bucketName string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	var result gofakes3.MultiDeleteResult
	for _, key := range keys {
		if _, err := b.DeleteObject(ctx, bucketName, key); err != nil {
			result.Error = append(result.Error, gofakes3.ErrorResultFromError(err))
			continue
		}
		result.Deleted = append(result.Deleted, gofakes3.ObjectID{Key: key})
	}
	return result, nil
}

// CopyObject copies within the bucket.
func (b *bucket) CopyObject(ctx context.Context, fromBucket, fromKey, toBucket, toKey string, meta map[string]string) (gofakes3.CopyObjectResult, error) {
	from, err := b.GetObject(ctx, fromBucket, fromKey, nil)
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	defer from.Contents.Close()
	if _, err := b.PutObject(ctx, toBucket, toKey, meta, from.Contents, from.Size); err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	return gofakes3.CopyObjectResult{ETag: `"` + hex.EncodeToString(from.Hash) + `"`, LastModified: gofakes3.NewContentTime(b.now())}, nil
}

// ListBucket lists by reading the end of every file, which is fine for one office's uploads.
func (b *bucket) ListBucket(_ context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	if name != b.name {
		return nil, gofakes3.BucketNotFound(name)
	}
	if page != (gofakes3.ListBucketPage{}) {
		return nil, gofakes3.ErrInternalPageNotImplemented // asked again without pages, then
	}
	if prefix == nil {
		prefix = &gofakes3.Prefix{}
	}
	all, err := b.all()
	if err != nil {
		return nil, err
	}
	list := gofakes3.NewObjectList()
	for _, c := range all {
		var match gofakes3.PrefixMatch
		switch {
		case !prefix.Match(c.Key, &match):
		case match.CommonPrefix:
			list.AddPrefix(match.MatchedPart)
		default:
			list.Add(c)
		}
	}
	return list, nil
}

// all describes every object, in the order of their keys.
func (b *bucket) all() ([]*gofakes3.Content, error) {
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	var all []*gofakes3.Content
	for _, e := range entries {
		s, err := openStored(filepath.Join(b.folder, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		s.file.Close()
		all = append(all, &gofakes3.Content{Key: s.Key, ETag: `"` + s.MD5 + `"`, Size: s.size, LastModified: gofakes3.NewContentTime(s.Modified)})
	}
	slices.SortFunc(all, func(x, y *gofakes3.Content) int { return strings.Compare(x.Key, y.Key) })
	return all, nil
}

// ListBuckets names the one bucket.
func (b *bucket) ListBuckets(context.Context) ([]gofakes3.BucketInfo, error) {
	return []gofakes3.BucketInfo{{Name: b.name, CreationDate: gofakes3.NewContentTime(time.Unix(0, 0))}}, nil
}

// BucketExists knows the one bucket.
func (b *bucket) BucketExists(_ context.Context, name string) (bool, error) {
	return name == b.name, nil
}

// CreateBucket refuses: there is one bucket and it is made with the server.
func (b *bucket) CreateBucket(_ context.Context, name string) error {
	if name == b.name {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	return gofakes3.ErrMethodNotAllowed
}

// DeleteBucket refuses.
func (b *bucket) DeleteBucket(context.Context, string) error { return gofakes3.ErrMethodNotAllowed }
