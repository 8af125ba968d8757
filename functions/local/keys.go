package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weige/weige/functions/internal/config"
)

// keys are the secrets of one machine, made at the first run.
type keys struct {
	Tracking     []byte `json:"tracking"`
	Contact      []byte `json:"contact"`
	Subscription []byte `json:"subscription"`
	Object       []byte `json:"object"` // signs uploads to the object store
}

// addKeys fills in the keys that the environment does not give from a file that only this user can read.
func addKeys(c config.Config, folder string) (config.Config, error) {
	k, err := readKeys(filepath.Join(folder, "keys.json"))
	if err != nil {
		return c, err
	}
	if len(c.TrackingKey) == 0 {
		c.TrackingKey = k.Tracking
	}
	if len(c.ContactKey) == 0 {
		c.ContactKey = k.Contact
	}
	if len(c.SubscriptionKey) == 0 {
		c.SubscriptionKey = k.Subscription
	}
	if c.AccessKey == "" {
		c.AccessKey, c.SecretKey, c.SessionToken = "local", fmt.Sprintf("%x", k.Object), ""
	}
	return c, nil
}

func readKeys(path string) (keys, error) {
	var k keys
	blob, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeys(path)
	}
	if err == nil {
		err = json.Unmarshal(blob, &k)
	}
	if err == nil && (len(k.Tracking) < 32 || len(k.Contact) < 32 || len(k.Object) < 16) {
		err = errors.New("a key is missing")
	}
	if err == nil && len(k.Subscription) == 0 { // of a version without subscriptions
		k.Subscription = make([]byte, 32)
		err = fill(path, k, k.Subscription)
	}
	if err != nil {
		return k, fmt.Errorf("%s cannot be used: %w; put it back from a copy: without it tracking codes and contact details of yesterday cannot be read", path, err)
	}
	return k, nil
}

// makeKeys writes new keys, whole or not at all.
func makeKeys(path string) (keys, error) {
	k := keys{Tracking: make([]byte, 32), Contact: make([]byte, 32), Subscription: make([]byte, 32), Object: make([]byte, 16)}
	return k, fill(path, k, k.Tracking, k.Contact, k.Subscription, k.Object)
}

// fill makes some of the keys and writes all of them, whole or not at all.
func fill(path string, k keys, fresh ...[]byte) error {
	for _, b := range fresh {
		if _, err := rand.Read(b); err != nil {
			return err
		}
	}
	blob, err := json.Marshal(k)
	if err != nil {
		return err
	}
	half := path + ".half"
	if err := os.WriteFile(half, blob, 0o600); err != nil {
		return err
	}
	return os.Rename(half, path)
}
