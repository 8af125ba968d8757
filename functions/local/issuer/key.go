package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha256" // for the thumbprint
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

const sha256Hash = crypto.SHA256

// readKey reads the signing key from a file that only this user can read, or makes it.
func readKey(path string) (*ecdsa.PrivateKey, error) {
	blob, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("issuer key: %w", err)
	}
	// A copied file may have come with wider permissions. Where a file system knows none, this can only be tried.
	_ = os.Chmod(path, 0o600)
	block, _ := pem.Decode(blob)
	if block == nil {
		return nil, fmt.Errorf("issuer key: %s holds no key; delete it, and everybody signs in again", path)
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("issuer key: %s: %w; delete it, and everybody signs in again", path, err)
	}
	return key, nil
}

// makeKey writes a new key, whole or not at all.
func makeKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	half := path + ".half"
	if err := os.WriteFile(half, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return nil, fmt.Errorf("issuer key: %w", err)
	}
	return key, os.Rename(half, path)
}
