// Package object keeps files in a store that speaks the S3 API. It is the only importer of that SDK.
package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/weige/weige/functions/internal/fault"
)

// UploadType is the content type that an upload must have: boundary files are GeoJSON (RFC 7946).
const UploadType = "application/geo+json"

// LongestUpload is how long an address for an upload may hold at most. It is a capability: whoever has it may write.
const LongestUpload = 15 * time.Minute

// Config says which bucket to use and how to reach it.
type Config struct {
	Region       string
	Endpoint     string // another store than the region's, such as "http://127.0.0.1:8080"; its buckets are the first part of the path
	Bucket       string
	AccessKey    string
	SecretKey    string
	SessionToken string // with temporary credentials, as a function has

	// HTTP reaches the store; nil means the SDK's own client.
	HTTP *http.Client
}

// Store is one bucket. It is safe for use by many at once.
type Store struct {
	bucket  string
	client  *s3.Client
	presign *s3.PresignClient
}

// New gives the store. It does no network. The SDK's config package, which looks for credentials in files and on the network, is
// left out on purpose: it would double what a function loads at its start.
func New(c Config) *Store {
	o := s3.Options{
		Region:      c.Region,
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken),
		// The SDK's default adds a checksum of the body to what is signed, and an address for an upload is signed before there is one.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	if c.Endpoint != "" {
		o.BaseEndpoint, o.UsePathStyle = aws.String(c.Endpoint), true
	}
	if c.HTTP != nil {
		o.HTTPClient = c.HTTP
	}
	client := s3.New(o)
	return &Store{bucket: c.Bucket, client: client, presign: s3.NewPresignClient(client)}
}

// Presign gives an address that takes one file by PUT under exactly this key, with exactly these headers, for at most LongestUpload.
// It does no network and says nothing about how large the file may be: that is checked when it is read.
func (s *Store) Presign(ctx context.Context, key string, expires time.Duration) (url string, headers map[string]string, err error) {
	if expires <= 0 || expires > LongestUpload {
		return "", nil, fmt.Errorf("presign %s: an upload may take more than 0 and at most %v, not %v", key, LongestUpload, expires)
	}
	r, err := s.presign.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, ContentType: aws.String(UploadType)},
		s3.WithPresignExpires(expires))
	if err != nil {
		return "", nil, fmt.Errorf("presign %s: %w", key, err)
	}
	return r.URL, map[string]string{"Content-Type": UploadType}, nil
}

// Open gives the object as a stream that ends after limit+1 bytes, so that whoever reads can tell an object that is too large, and
// its size in bytes. fault.Unknown where there is none. The caller closes it.
func (s *Store) Open(ctx context.Context, key string, limit int64) (io.ReadCloser, int64, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return nil, 0, readable("read", key, err)
	}
	return limited{io.LimitReader(out.Body, limit+1), out.Body}, aws.ToInt64(out.ContentLength), nil
}

type limited struct {
	io.Reader
	io.Closer
}

// Read gives at most limit+1 bytes of the object; fault.Unknown where there is none.
func (s *Store) Read(ctx context.Context, key string, limit int64) ([]byte, error) {
	body, size, err := s.Open(ctx, key, limit)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	blob := make([]byte, min(max(size, 0), limit+1)) // at once: growing would take several times a large file's memory
	if _, err := io.ReadFull(body, blob); err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	return blob, nil
}

// Info is what is known of an object without reading it.
type Info struct {
	Bytes    int64
	Type     string // content type
	Modified time.Time
}

// Head describes an object; fault.Unknown where there is none.
func (s *Store) Head(ctx context.Context, key string) (Info, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if err != nil {
		return Info{}, readable("look at", key, err)
	}
	return Info{Bytes: aws.ToInt64(out.ContentLength), Type: aws.ToString(out.ContentType), Modified: aws.ToTime(out.LastModified).UTC()}, nil
}

// Delete removes an object. It is no error that there is none.
func (s *Store) Delete(ctx context.Context, key string) error {
	if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key}); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// readable tells a missing object from other failures.
func readable(verb, key string, err error) error {
	var noKey *types.NoSuchKey
	var notFound *types.NotFound // how HEAD, whose answers have no body, says it
	if errors.As(err, &noKey) || errors.As(err, &notFound) {
		return fault.New(fault.Unknown, "There is no file %s.", key)
	}
	return fmt.Errorf("%s %s: %w", verb, key, err)
}
