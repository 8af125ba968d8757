package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// ErrToken refuses a token that is malformed, forged, expired, of another issuer or for another audience.
var ErrToken = errors.New("the token is not valid")

// ErrIssuerUnavailable means that the issuer's keys could not be fetched, so that nothing can be said about the token.
var ErrIssuerUnavailable = errors.New("the issuer does not answer")

const (
	issuerTimeout = 5 * time.Second
	retryAfter    = 2 * time.Second // how long a failed discovery is not tried again
	longestToken  = 16 << 10        // bytes
)

// Config says whose tokens are taken.
type Config struct {
	Issuer      string // address of the OpenID Connect issuer; empty: no token is taken
	Audience    string // client or audience that tokens are made out for
	PersonClaim string // claim that holds the person's id; "sub" when empty
	GrantsClaim string // claim that holds grants, a list or a text with spaces; "groups" when empty
	HTTPClient  *http.Client
	Now         func() time.Time
}

// Verifier checks bearer tokens. It asks the issuer for its keys at the first token, not before, and keeps them. It is safe for
// concurrent use.
type Verifier struct {
	config Config

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
	failed   time.Time
}

// NewVerifier gives a verifier and does no network.
func NewVerifier(c Config) *Verifier {
	if c.PersonClaim == "" {
		c.PersonClaim = "sub"
	}
	if c.GrantsClaim == "" {
		c.GrantsClaim = "groups"
	}
	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{Timeout: issuerTimeout}
	}
	return &Verifier{config: c}
}

// Authenticate tells who sent the value of an Authorization header. Without one it is a resident without an account. Errors are
// ErrToken or ErrIssuerUnavailable, wrapped.
func (v *Verifier) Authenticate(ctx context.Context, authorization string) (Principal, error) {
	if authorization == "" {
		return Principal{}, nil
	}
	scheme, raw, ok := strings.Cut(authorization, " ")
	raw = strings.TrimSpace(raw)
	if !ok || !strings.EqualFold(scheme, "Bearer") || raw == "" || len(raw) > longestToken || v.config.Issuer == "" {
		return Principal{}, fmt.Errorf("%w: the header holds no bearer token", ErrToken)
	}
	verifier, err := v.discover(ctx)
	if err != nil {
		return Principal{}, err
	}
	token, err := verifier.Verify(oidc.ClientContext(ctx, v.config.HTTPClient), raw)
	if err != nil {
		if strings.Contains(err.Error(), "fetching keys") { // go-oidc gives no typed error for this
			return Principal{}, fmt.Errorf("%w: %v", ErrIssuerUnavailable, err)
		}
		return Principal{}, fmt.Errorf("%w: %v", ErrToken, err)
	}
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return Principal{}, fmt.Errorf("%w: %v", ErrToken, err)
	}
	if !v.forUs(token.Audience, claims) {
		return Principal{}, fmt.Errorf("%w: made out for another audience", ErrToken)
	}
	return v.principal(claims)
}

// discover reads the issuer's description once. The reading outlives the request that caused it, because it is for all of them.
func (v *Verifier) discover(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.verifier != nil {
		return v.verifier, nil
	}
	if v.config.Now().Sub(v.failed) < retryAfter {
		return nil, fmt.Errorf("%w: tried a moment ago", ErrIssuerUnavailable)
	}
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), v.config.HTTPClient)
	provider, err := oidc.NewProvider(ctx, v.config.Issuer)
	if err != nil {
		v.failed = v.config.Now()
		return nil, fmt.Errorf("%w: %v", ErrIssuerUnavailable, err)
	}
	v.verifier = provider.VerifierContext(ctx, &oidc.Config{SkipClientIDCheck: true, Now: v.config.Now,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256, oidc.PS256, oidc.EdDSA}})
	return v.verifier, nil
}

// forUs accepts our audience in aud, or, for access tokens of issuers that leave aud out (Amazon Cognito), in client_id or azp.
func (v *Verifier) forUs(audience []string, claims map[string]json.RawMessage) bool {
	if slices.Contains(audience, v.config.Audience) {
		return true
	}
	if len(audience) > 0 {
		return false
	}
	return text(claims["client_id"]) == v.config.Audience || text(claims["azp"]) == v.config.Audience
}

func (v *Verifier) principal(claims map[string]json.RawMessage) (Principal, error) {
	p := Principal{Person: text(claims[v.config.PersonClaim]), Name: text(claims["name"])}
	if p.Person == "" {
		return Principal{}, fmt.Errorf("%w: it has no claim %s", ErrToken, v.config.PersonClaim)
	}
	var list []string
	if raw, ok := claims[v.config.GrantsClaim]; ok && json.Unmarshal(raw, &list) != nil {
		list = strings.Fields(text(raw))
	}
	for _, s := range list {
		if g, ok := ParseGrant(s); ok {
			p.Grants = append(p.Grants, g)
		}
	}
	return p, nil
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
