package object

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/weige/weige/functions/internal/photo"
)

// PresignPost implements photo.Post. The policy that is signed names the bucket, the key, the content type and the bounds of the size,
// and S3 refuses whatever differs (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html).
func (s *Store) PresignPost(ctx context.Context, key, contentType string, most int64, expires time.Duration) (photo.Form, error) {
	if expires <= 0 || expires > LongestUpload || most < 1 {
		return photo.Form{}, fmt.Errorf("presign %s: an upload may take more than 0 and at most %v, not %v, and have 1 byte or more", key, LongestUpload, expires)
	}
	r, err := s.presign.PresignPostObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key}, func(o *s3.PresignPostOptions) {
		o.Expires = expires
		o.Conditions = []any{map[string]string{"Content-Type": contentType}, []any{"content-length-range", 1, most}}
	})
	if err != nil {
		return photo.Form{}, fmt.Errorf("presign %s: %w", key, err)
	}
	r.Values["Content-Type"] = contentType
	return photo.Form{URL: r.URL, Fields: r.Values}, nil
}

// Uncached is how what is not for everybody goes through caches: not at all. A browser that several people use keeps none of it either (RFC 9111, 5.2.2.5).
const Uncached = "private, no-store"

// PresignGet implements photo.Gallery. What it leads to is kept by no cache: the signature says so too, so that the store does, of whatever it was
// stored with (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, overriding response header values).
func (s *Store) PresignGet(ctx context.Context, key string, expires time.Duration) (string, error) {
	r, err := s.presign.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, ResponseCacheControl: aws.String(Uncached)}, s3.WithPresignExpires(expires))
	if err != nil {
		return "", fmt.Errorf("presign %s: %w", key, err)
	}
	return r.URL, nil
}

// Put stores an object, in place of one with the same key.
func (s *Store) Put(ctx context.Context, key, contentType string, file []byte) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, ContentType: aws.String(contentType), CacheControl: aws.String(Uncached), Body: bytes.NewReader(file)})
	if err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}
