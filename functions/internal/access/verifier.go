package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// ErrToken refuses a token that is malformed, forged, expired, of another issuer or for another audience.
var ErrToken = errors.New("the token is not valid")

// ErrIssuerUnavailable means that the issuer's description or keys could not be fetched, so that nothing can be said about the token.
var ErrIssuerUnavailable = errors.New("the issuer does not answer")

const (
	issuerTimeout = 5 * time.Second
	retryAfter    = 2 * time.Second // how long a failed discovery is not tried again
	longestToken  = 16 << 10        // bytes
	longestPerson = 256             // bytes
)

// algorithms are those with a public key. Neither "none" nor HS256, whose key could be taken for the public one, is ever accepted,
// whatever an issuer says it supports.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

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
	config   Config
	verifier atomic.Pointer[oidc.IDTokenVerifier]
	turn     chan struct{} // held by the one who asks the issuer
	failed   time.Time     // when that failed; only for who holds the turn
}

// NewVerifier gives a verifier and does no network.
func NewVerifier(c Config) *Verifier {
	if c.PersonClaim == "" {
		c.PersonClaim = "sub"
	}
	if c.GrantsClaim == "" {
		c.GrantsClaim = "groups"
	}
	client := http.Client{}
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	if client.Timeout == 0 {
		client.Timeout = issuerTimeout
	}
	c.HTTPClient = &client
	return &Verifier{config: c, turn: make(chan struct{}, 1)}
}

// Authenticate tells who sent the value of an Authorization header. Without one it is a resident without an account. Errors are
// ErrToken or ErrIssuerUnavailable, wrapped in what was wrong.
func (v *Verifier) Authenticate(ctx context.Context, authorization string) (Principal, error) {
	if authorization == "" {
		return Principal{}, nil
	}
	scheme, raw, _ := strings.Cut(authorization, " ")
	raw = strings.TrimSpace(raw)
	switch {
	case !strings.EqualFold(scheme, "Bearer") || raw == "":
		return Principal{}, fmt.Errorf("%w: the header holds no bearer token", ErrToken)
	case len(raw) > longestToken:
		return Principal{}, fmt.Errorf("%w: it is longer than %d bytes", ErrToken, longestToken)
	case v.config.Issuer == "":
		return Principal{}, fmt.Errorf("%w: no issuer is configured", ErrToken)
	}
	verifier, err := v.discover(ctx)
	if err != nil {
		return Principal{}, err
	}
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return Principal{}, refusal(err)
	}
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return Principal{}, fmt.Errorf("%w: %v", ErrToken, err)
	}
	if !v.forUs(token.Audience, claims) {
		return Principal{}, fmt.Errorf("%w: it was made out for another application", ErrToken)
	}
	return v.principal(claims)
}

// refusal tells why go-oidc did not verify a token.
func refusal(err error) error {
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return fmt.Errorf("%w: it expired at %s", ErrToken, expired.Expiry.UTC().Format(time.RFC3339))
	case strings.Contains(err.Error(), "fetching keys"): // go-oidc gives no typed error for this; a test holds it to the words
		return fmt.Errorf("%w: %v", ErrIssuerUnavailable, err)
	}
	return fmt.Errorf("%w: %v", ErrToken, err)
}

// discover reads the issuer's description once. The reading outlives the request that caused it, because it is for all of them.
func (v *Verifier) discover(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	if known := v.verifier.Load(); known != nil {
		return known, nil
	}
	select {
	case v.turn <- struct{}{}:
		defer func() { <-v.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrIssuerUnavailable, ctx.Err())
	}
	if known := v.verifier.Load(); known != nil {
		return known, nil
	}
	if since := v.config.Now().Sub(v.failed); since >= 0 && since < retryAfter {
		return nil, fmt.Errorf("%w: tried a moment ago", ErrIssuerUnavailable)
	}
	ctx = context.WithoutCancel(ctx)
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, v.config.HTTPClient), v.config.Issuer)
	if err != nil {
		v.failed = v.config.Now()
		return nil, fmt.Errorf("%w: %v", ErrIssuerUnavailable, err)
	}
	made := provider.VerifierContext(oidc.ClientContext(ctx, keyClient(v.config.HTTPClient, v.config.Now)),
		&oidc.Config{SkipClientIDCheck: true, Now: v.config.Now, SupportedSigningAlgs: algorithms}) // forUs checks the client
	v.verifier.Store(made)
	return made, nil
}

// forUs accepts our audience in aud, or, for access tokens of issuers that leave aud out (Amazon Cognito), in client_id or azp. A
// token with another audience is not for us, whoever asked for it; the JWT authorizer of API Gateway decides alike.
func (v *Verifier) forUs(audience []string, claims map[string]json.RawMessage) bool {
	ours := v.config.Audience
	if ours == "" {
		return false
	}
	if len(audience) > 0 {
		return slices.Contains(audience, ours)
	}
	return text(claims["client_id"]) == ours || text(claims["azp"]) == ours
}

func (v *Verifier) principal(claims map[string]json.RawMessage) (Principal, error) {
	p := Principal{Person: text(claims[v.config.PersonClaim]), Name: text(claims["name"])}
	if p.Person == "" || len(p.Person) > longestPerson {
		return Principal{}, fmt.Errorf("%w: its claim %s is no id of a person", ErrToken, v.config.PersonClaim)
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
