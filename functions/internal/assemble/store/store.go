// Package store gives the object store to the functions that keep photos, uploads or large snapshots in it.
package store

import (
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/object"
)

// Bucket gives a bucket of the object store by its name. It does no network.
func Bucket(c config.Config, name string) *object.Store {
	return object.New(object.Config{Region: c.Region, Endpoint: c.S3Endpoint, Bucket: name, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
}
