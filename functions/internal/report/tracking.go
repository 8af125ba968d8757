package report

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// codeLetters is how many letters of 5 bits a tracking code has: 100 bits, of which none is recoverable without the secret.
const codeLetters = 20

// crockford is the base 32 of Douglas Crockford: no I, L, O or U, so that a code survives the telephone.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Secrets derives and seals everything about a report that must not be readable from the table alone.
type Secrets struct {
	tracking []byte
	contact  cipher.AEAD
}

// NewSecrets takes two secrets of at least 32 bytes each: one for tracking codes, one for contact details (AES-256-GCM under its
// SHA-256). The second may be missing where contact details are neither stored nor read: Seal and Unseal fail then.
func NewSecrets(tracking, contact []byte) (*Secrets, error) {
	if len(tracking) >= 32 && len(contact) == 0 {
		return &Secrets{tracking: tracking}, nil
	}
	if len(tracking) < 32 || len(contact) < 32 {
		return nil, fmt.Errorf("the tracking key and the contact key need at least 32 bytes each, not %d and %d", len(tracking), len(contact))
	}
	key := sha256.Sum256(contact)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Secrets{tracking: tracking, contact: aead}, nil
}

// Code derives the tracking code of the report that is filed in a jurisdiction with an idempotency key: four groups of five letters.
// The secret makes it as hard to guess as 100 random bits, whatever the key; deriving it lets a repeated request get the same code
// although the code is stored nowhere.
func (s *Secrets) Code(jurisdiction, key string) string {
	letters := crockford.EncodeToString(s.mac("code", jurisdiction, key))[:codeLetters]
	return letters[:5] + "-" + letters[5:10] + "-" + letters[10:15] + "-" + letters[15:]
}

// Hash gives what is stored of a tracking code: an HMAC over the jurisdiction and the code as normalised. It takes any text and
// the same time for all of them, so that a malformed code is answered like an absent one.
func (s *Secrets) Hash(jurisdiction, code string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("track", jurisdiction, normalise(code)))
}

// Operation turns a resident's idempotency key into an operation id, which staff may see: the key may be the one of the filing, and
// whoever repeats that gets its tracking code.
func (s *Secrets) Operation(jurisdiction, key string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("operation", jurisdiction, key)[:16])
}

// Letters gives 26 letters and digits, of base32 and 128 bits, that stay the same for the same purpose and that nobody can guess.
func (s *Secrets) Letters(jurisdiction, purpose string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.mac("letters", jurisdiction, purpose)[:16])
}

// Request gives a keyed digest of a request, to tell a repeated one from another under the same idempotency key. It is keyed
// because the request may hold a telephone number, which a plain digest would let anybody guess.
func (s *Secrets) Request(jurisdiction string, request any) (string, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(s.mac("request", jurisdiction, string(body))), nil
}

func (s *Secrets) mac(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, s.tracking)
	for _, p := range append([]string{purpose}, parts...) {
		fmt.Fprintf(m, "%d:", len(p))
		io.WriteString(m, p)
	}
	return m.Sum(nil)
}

// normalise undoes what people do to a code: case, spaces, hyphens and the letters Crockford leaves out.
func normalise(code string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\t', '\u2010', '\u2011', '\u2013', '\u3000':
			return -1
		case 'o', 'O':
			return '0'
		case 'i', 'I', 'l', 'L':
			return '1'
		}
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, code)
}

var errNoContactKey = errors.New("no contact key: contact details are not for this function")

// Seal encrypts contact details for one report; they cannot be opened as those of another.
func (s *Secrets) Seal(report string, c Contact) ([]byte, error) {
	if s.contact == nil {
		return nil, errNoContactKey
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return s.contact.Seal(nil, nil, plain, []byte(report)), nil
}

// Unseal is the inverse of Seal.
func (s *Secrets) Unseal(report string, sealed []byte) (Contact, error) {
	var c Contact
	if s.contact == nil {
		return c, errNoContactKey
	}
	plain, err := s.contact.Open(nil, nil, sealed, []byte(report))
	if err != nil {
		return c, fmt.Errorf("contact details of %s: %w", report, err)
	}
	return c, json.Unmarshal(plain, &c)
}
