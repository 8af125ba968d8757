package subscription

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/weige/weige/functions/internal/delivery"
)

// Keys derives and seals what of subscriptions must not be readable from the table alone. One secret gives them all.
type Keys struct {
	secret  []byte
	address cipher.AEAD
	push    *ecdh.PrivateKey
}

// NewKeys takes a secret of at least 32 bytes: tokens and marks are HMAC-SHA-256 under it, addresses are sealed with AES-256-GCM, and pushes
// signed with a key of P-256, both derived by HKDF-SHA-256 (RFC 5869).
func NewKeys(secret []byte) (*Keys, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("the subscription key needs at least 32 bytes, not %d", len(secret))
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "weige subscription address", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	k := &Keys{secret: secret}
	if k.address, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, err
	}
	// Not every number of 32 bytes is a key of P-256; one in four thousand million is not.
	for n := range 8 {
		if key, err = hkdf.Key(sha256.New, secret, nil, fmt.Sprintf("weige push %d", n), 32); err != nil {
			return nil, err
		}
		if k.push, err = ecdh.P256().NewPrivateKey(key); err == nil {
			return k, nil
		}
	}
	return nil, err
}

// PushKeys gives the key pair by which push services know who sends (VAPID, RFC 8292), as base64url without padding: the scalar, and the
// uncompressed point, which pages hand to the browser.
func (k *Keys) PushKeys() (private, public string) {
	return base64.RawURLEncoding.EncodeToString(k.push.Bytes()), base64.RawURLEncoding.EncodeToString(k.push.PublicKey().Bytes())
}

// mac is an HMAC over a purpose and parts, each with its length before it, cut to 128 bits.
func (k *Keys) mac(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, k.secret)
	for _, p := range append([]string{purpose}, parts...) {
		fmt.Fprintf(m, "%d:", len(p))
		_, _ = io.WriteString(m, p)
	}
	return m.Sum(nil)[:16]
}

func (k *Keys) text(purpose string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(k.mac(purpose, parts...))
}

// Mark gives the keyed digest of an address of a channel within a jurisdiction: 22 letters.
func (k *Keys) Mark(jurisdiction string, c delivery.Channel, address string) string {
	return k.text("mark", jurisdiction, string(c), address)
}

// ID gives the id of the subscription of an address to a topic: 22 letters.
func (k *Keys) ID(jurisdiction, mark string, t Topic) string {
	return k.text("subscription", jurisdiction, mark, t.String())
}

// sender gives what is stored of where a request came from, for counting.
func (k *Keys) sender(address string) string { return k.text("sender", address) }

// Purpose says what a token opens.
type Purpose byte

// The purposes.
const (
	ToConfirm Purpose = 'c'
	ToManage  Purpose = 'm' // shows the subscription and what it follows, changes and ends it
	ToEnd     Purpose = 'u' // ends it and nothing else; mail servers see it
)

// idBytes is how long the binary form of a subscription's id is.
const idBytes = 16

// Token gives the token of a subscription for a purpose: 44 letters, of which the id is readable and the rest an HMAC. It is derived
// whenever it is needed and stored nowhere.
func (k *Keys) Token(p Purpose, s Subscription) string {
	id, err := base64.RawURLEncoding.DecodeString(s.ID)
	if err != nil || len(id) != idBytes {
		return "" // of an id that ID did not make
	}
	return base64.RawURLEncoding.EncodeToString(append(append([]byte{byte(p)}, id...), k.mac("token "+string(rune(p)), s.ID, s.Nonce)...))
}

// readToken takes a token apart: for what it is, and of which subscription. ok is false for what is no token.
func readToken(token string) (p Purpose, id string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 1+2*idBytes {
		return 0, "", false
	}
	return Purpose(b[0]), base64.RawURLEncoding.EncodeToString(b[1 : 1+idBytes]), true
}

// opens reports whether a token is the one of a subscription for its purpose, in the same time for all that are not.
func (k *Keys) opens(token string, p Purpose, s Subscription) bool {
	return hmac.Equal([]byte(token), []byte(k.Token(p, s)))
}

// PushAddress is where a browser is reached: what PushSubscription.toJSON gives (Push API).
type PushAddress struct {
	Endpoint string `json:"endpoint"`
	P256dh   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// address is what is sealed.
type address struct {
	Mail string       `json:"mail,omitempty"`
	Push *PushAddress `json:"push,omitempty"`
}

// seal encrypts an address for one subscription; it cannot be opened as that of another.
func (k *Keys) seal(id string, a address) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return k.address.Seal(nil, nil, plain, []byte(id)), nil
}

// unseal is the inverse of seal. Its error does not hold the address.
func (k *Keys) unseal(id string, sealed []byte) (a address, err error) {
	plain, err := k.address.Open(nil, nil, sealed, []byte(id))
	if err == nil {
		err = json.Unmarshal(plain, &a)
	}
	if err != nil {
		return address{}, fmt.Errorf("the address of subscription %s cannot be opened", id)
	}
	return a, nil
}
