package access_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/local/issuer"
)

// place is the demo issuer on a real loopback address, with a verifier that asks it. Tests move the clock and break the line.
type place struct {
	t        *testing.T
	issuer   *issuer.Issuer
	url      string
	now      atomic.Int64 // Unix seconds
	down     atomic.Bool  // answers 500 to everything
	keysDown atomic.Bool
	keys     atomic.Int64 // times the keys were fetched
	asked    atomic.Int64 // times the description was fetched
	verifier *access.Verifier
}

func (p *place) clock() time.Time { return time.Unix(p.now.Load(), 0) }

func open(t *testing.T, change ...func(*access.Config)) *place {
	t.Helper()
	p := &place{t: t}
	p.now.Store(1_800_000_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
			p.asked.Add(1)
		case strings.HasSuffix(r.URL.Path, "/keys"):
			p.keys.Add(1)
		}
		if p.down.Load() || p.keysDown.Load() && strings.HasSuffix(r.URL.Path, "/keys") {
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		p.issuer.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.url = server.URL + "/issuer"
	p.issuer = newIssuer(t, p.url, p.clock)
	c := access.Config{Issuer: p.url, Audience: "weige-web", HTTPClient: server.Client(), Now: p.clock}
	for _, f := range change {
		f(&c)
	}
	p.verifier = access.NewVerifier(c)
	return p
}

func newIssuer(t *testing.T, url string, now func() time.Time) *issuer.Issuer {
	t.Helper()
	i, err := issuer.New(issuer.Config{URL: url, KeyFile: filepath.Join(t.TempDir(), "key"), ClientID: "weige-web", Now: now, Roles: []issuer.DemoRole{
		{Person: "leader-6", Name: issuer.Text{ZH: "第六网格网格长", EN: "Leader of grid 6"}, Grants: []string{"member@demo:321102001002006", "choir"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (p *place) mint(claims map[string]any) string {
	p.t.Helper()
	token, err := p.issuer.MintClaims(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

// claims are good ones, with changes; a nil takes a claim away.
func (p *place) claims(change map[string]any) map[string]any {
	c := map[string]any{"iss": p.url, "aud": "weige-web", "sub": "leader-6", "iat": p.now.Load(), "exp": p.now.Load() + 3600, "groups": []string{"dispatcher@demo"}}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func (p *place) who(token string) (access.Principal, error) {
	return p.verifier.Authenticate(context.Background(), "Bearer "+token)
}

func TestTokenOfTheIssuerSaysWhoAsks(t *testing.T) {
	p := open(t)
	token, err := p.issuer.Mint("leader-6")
	if err != nil {
		t.Fatal(err)
	}
	who, err := p.who(token)
	if err != nil || who.Person != "leader-6" || who.Name != "第六网格网格长" || len(who.Grants) != 1 || who.Grants[0].String() != "member@demo:321102001002006" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestWithoutHeaderNobodyHasSignedIn(t *testing.T) {
	p := open(t)
	who, err := p.verifier.Authenticate(context.Background(), "")
	if err != nil || who.Person != "" || len(who.Grants) != 0 || p.asked.Load() != 0 {
		t.Errorf("%+v, %v, issuer asked %d times", who, err, p.asked.Load())
	}
}

func TestFaultyTokensAreRefused(t *testing.T) {
	p := open(t)
	good := p.mint(p.claims(nil))
	stranger := newIssuer(t, p.url, p.clock)
	forged, err := stranger.MintClaims(p.claims(nil))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	for name, header := range map[string]string{
		"no scheme":                   good,
		"another scheme":              "Basic " + good,
		"nothing after it":            "Bearer ",
		"no token at all":             "Bearer x",
		"two dots":                    "Bearer ..",
		"a huge one":                  "Bearer " + strings.Repeat("a", 20<<10),
		"another key":                 "Bearer " + forged,
		"no signature":                "Bearer " + parts[0] + "." + parts[1] + ".",
		"claims changed":              "Bearer " + parts[0] + "." + encode(t, p.claims(map[string]any{"groups": []string{"administrator@*"}})) + "." + parts[2],
		"algorithm none":              "Bearer " + encode(t, map[string]string{"alg": "none"}) + "." + parts[1] + ".",
		"HMAC with the public key":    "Bearer " + p.confused(),
		"its own key in header":       "Bearer " + p.ownKey(),
		"expired":                     "Bearer " + p.mint(p.claims(map[string]any{"exp": p.now.Load() - 1})),
		"no expiry":                   "Bearer " + p.mint(p.claims(map[string]any{"exp": nil})),
		"not yet":                     "Bearer " + p.mint(p.claims(map[string]any{"nbf": p.now.Load() + 3600})),
		"another audience":            "Bearer " + p.mint(p.claims(map[string]any{"aud": "other"})),
		"asked for by us, for others": "Bearer " + p.mint(p.claims(map[string]any{"aud": "other", "azp": "weige-web", "client_id": "weige-web"})),
		"no audience":                 "Bearer " + p.mint(p.claims(map[string]any{"aud": nil})),
		"another issuer":              "Bearer " + p.mint(p.claims(map[string]any{"iss": "https://issuer.example"})),
		"no person":                   "Bearer " + p.mint(p.claims(map[string]any{"sub": nil})),
		"a number as person":          "Bearer " + p.mint(p.claims(map[string]any{"sub": 7})),
		"a long person":               "Bearer " + p.mint(p.claims(map[string]any{"sub": strings.Repeat("p", 257)})),
	} {
		if who, err := p.verifier.Authenticate(context.Background(), header); !errors.Is(err, access.ErrToken) || who.Person != "" || who.Grants != nil {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	if _, err := p.who(good); err != nil {
		t.Errorf("the good one: %v", err)
	}
	p.now.Add(3601)
	if _, err := p.who(good); !errors.Is(err, access.ErrToken) || !strings.Contains(err.Error(), "expired at 2027-") {
		t.Errorf("the good one, later: %v", err)
	}
}

func encode(t *testing.T, value any) string {
	t.Helper()
	blob, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(blob)
}

// confused signs with the issuer's public key as if it were a shared secret, the classic confusion of algorithms.
func (p *place) confused() string {
	p.t.Helper()
	resp, err := http.Get(p.url + "/keys")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var set jose.JSONWebKeySet
	if err := json.NewDecoder(resp.Body).Decode(&set); err != nil {
		p.t.Fatal(err)
	}
	secret, err := set.Keys[0].MarshalJSON()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.signed(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: secret, KeyID: set.Keys[0].KeyID}}, false)
}

// ownKey brings the key to verify it with.
func (p *place) ownKey() string {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.signed(jose.SigningKey{Algorithm: jose.ES256, Key: key}, true)
}

func (p *place) signed(key jose.SigningKey, embed bool) string {
	p.t.Helper()
	signer, err := jose.NewSigner(key, &jose.SignerOptions{EmbedJWK: embed})
	if err != nil {
		p.t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(p.claims(nil)).Serialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return token
}

func TestClaimsOfManyIssuers(t *testing.T) {
	p := open(t, func(c *access.Config) { c.PersonClaim, c.GrantsClaim = "username", "cognito:groups" })
	for name, c := range map[string]struct {
		claims map[string]any
		grants int
	}{
		"access token of Cognito":      {map[string]any{"aud": nil, "client_id": "weige-web", "cognito:groups": []string{"dispatcher@demo", "member@demo:1"}}, 2},
		"authorized party, no aud":     {map[string]any{"aud": nil, "azp": "weige-web"}, 0},
		"several audiences":            {map[string]any{"aud": []string{"account", "weige-web"}}, 0},
		"a text with spaces":           {map[string]any{"cognito:groups": "dispatcher@demo admins  member@demo:1"}, 2},
		"groups of others":             {map[string]any{"cognito:groups": []string{"admins", "dispatcher@", "root@*"}}, 0},
		"something else in the groups": {map[string]any{"cognito:groups": map[string]any{"dispatcher@demo": true}}, 0},
		"a list of more than texts":    {map[string]any{"cognito:groups": []any{"dispatcher@demo", 1}}, 0},
	} {
		c.claims["username"] = "p"
		who, err := p.who(p.mint(p.claims(c.claims)))
		if err != nil || who.Person != "p" || len(who.Grants) != c.grants {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func TestIssuerThatDoesNotAnswerIsNoForgery(t *testing.T) {
	p := open(t)
	token := p.mint(p.claims(nil))
	p.down.Store(true)
	if _, err := p.who(token); !errors.Is(err, access.ErrIssuerUnavailable) || errors.Is(err, access.ErrToken) {
		t.Errorf("down: %v", err)
	}
	p.down.Store(false)
	if _, err := p.who(token); !errors.Is(err, access.ErrIssuerUnavailable) || p.asked.Load() != 1 {
		t.Errorf("a moment later: %v, asked %d times", err, p.asked.Load())
	}
	p.now.Add(2)
	p.keysDown.Store(true)
	if _, err := p.who(token); !errors.Is(err, access.ErrIssuerUnavailable) || errors.Is(err, access.ErrToken) {
		t.Errorf("keys down: %v", err)
	}
	p.keysDown.Store(false)
	if _, err := p.who(token); err != nil {
		t.Errorf("up again: %v", err)
	}
	p.down.Store(true)
	if _, err := p.who(token); err != nil {
		t.Errorf("down again, with keys known: %v", err)
	}
}

func TestAnotherIssuerBehindTheAddressIsNotTaken(t *testing.T) {
	p := open(t)
	p.issuer = newIssuer(t, "http://127.0.0.1:1/issuer", p.clock)
	if _, err := p.who(p.mint(p.claims(nil))); !errors.Is(err, access.ErrIssuerUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestIssuerIsAskedOnceByAll(t *testing.T) {
	p := open(t)
	token := p.mint(p.claims(nil))
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			if _, err := p.who(token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if p.asked.Load() != 1 || p.keys.Load() != 1 {
		t.Errorf("asked %d times, keys fetched %d times", p.asked.Load(), p.keys.Load())
	}
}

// Whoever sends forged tokens must not be able to make this program flood the issuer.
func TestForgedTokensDoNotFloodTheIssuer(t *testing.T) {
	p := open(t)
	stranger := newIssuer(t, p.url, p.clock)
	forged, err := stranger.MintClaims(p.claims(nil))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := p.who(forged); !errors.Is(err, access.ErrToken) {
			t.Fatal(err)
		}
	}
	if p.keys.Load() != 1 {
		t.Errorf("keys fetched %d times", p.keys.Load())
	}
	// A new key is found once the known ones are no longer fresh.
	p.issuer = stranger
	p.now.Add(5)
	// go-oidc lets a request share a fetch that has just ended, so that one which comes at once may still see the old keys.
	for deadline := time.Now().Add(5 * time.Second); ; {
		if _, err = p.who(forged); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil || p.keys.Load() != 2 {
		t.Errorf("after a change of keys: %v, fetched %d times", err, p.keys.Load())
	}
}

func TestRequestThatEndsDoesNotWaitForTheIssuer(t *testing.T) {
	asked, held := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-held
	}))
	defer slow.Close()
	defer close(held)
	v := access.NewVerifier(access.Config{Issuer: slow.URL, Audience: "weige-web", Now: time.Now})
	go func() { _, _ = v.Authenticate(context.Background(), "Bearer x") }()
	<-asked
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := v.Authenticate(ctx, "Bearer x"); !errors.Is(err, access.ErrIssuerUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
}

func TestWithoutIssuerNoTokenIsTaken(t *testing.T) {
	v := access.NewVerifier(access.Config{Audience: "weige-web", Now: time.Now})
	if _, err := v.Authenticate(context.Background(), "Bearer x.y.z"); !errors.Is(err, access.ErrToken) {
		t.Errorf("%v", err)
	}
}
