package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/weige/weige/functions/internal/config"
)

// Keys are made once; a file of a version that had fewer of them keeps those it has, and gets the one that is missing for good.
func TestKeysAreMadeOnceAndAdded(t *testing.T) {
	folder := t.TempDir()
	read := func() config.Config {
		t.Helper()
		c, err := addKeys(config.Config{}, folder)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := read()
	if len(first.SubscriptionKey) != 32 || bytes.Equal(first.SubscriptionKey, make([]byte, 32)) || bytes.Equal(first.TrackingKey, first.ContactKey) {
		t.Fatal("the keys are not random")
	}
	if again := read(); !bytes.Equal(again.SubscriptionKey, first.SubscriptionKey) || !bytes.Equal(again.TrackingKey, first.TrackingKey) {
		t.Error("the keys changed")
	}
	path := filepath.Join(folder, "keys.json")
	blob, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var old map[string][]byte
	if err := json.Unmarshal(blob, &old); err != nil {
		t.Fatal(err)
	}
	delete(old, "subscription")
	if blob, err = json.Marshal(old); err == nil {
		err = os.WriteFile(path, blob, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	added := read()
	if len(added.SubscriptionKey) != 32 || bytes.Equal(added.SubscriptionKey, first.SubscriptionKey) || !bytes.Equal(added.ContactKey, first.ContactKey) {
		t.Error("the missing key was not added")
	}
	if again := read(); !bytes.Equal(again.SubscriptionKey, added.SubscriptionKey) {
		t.Error("the added key was not kept")
	}
}
