// Package issuer is a small OpenID Connect issuer for one machine: a page with a button for each role of the demo, authorization code
// with PKCE, signed tokens. It asks for no password and so answers on loopback only; it is used when no other issuer is configured.
package issuer

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	codeFor  = time.Minute
	tokenFor = 8 * time.Hour
	mostOpen = 1000 // codes that were given and not yet redeemed
	bodyMost = 16 << 10
)

// Text is a text in both languages.
type Text struct{ ZH, EN string }

// DemoRole is somebody the demo lets sign in.
type DemoRole struct {
	Person string // id, becomes the claim sub
	Name   Text
	Grants []string // become the claim groups, such as "dispatcher@demo"
}

// Config says who may sign in and where. All fields are needed.
type Config struct {
	URL      string // such as http://127.0.0.1:8080/issuer
	KeyFile  string // made at the first run, so that yesterday's tokens hold
	ClientID string
	Roles    []DemoRole
	Now      func() time.Time
}

// Issuer is an http.Handler for the path of Config.URL and all below it.
type Issuer struct {
	config Config
	origin string // scheme and host of URL
	host   string
	signer jose.Signer
	keys   jose.JSONWebKeySet
	mux    *http.ServeMux

	mu    sync.Mutex
	codes map[string]grant
}

// grant is what a code stands for.
type grant struct {
	person, redirect, challenge, nonce string
	until                              time.Time
}

// New reads or makes the key. The URL must be one of this machine's loopback addresses.
func New(c Config) (*Issuer, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("issuer: %s is no loopback address, and the demo sign-in must not be reachable from other machines", c.URL)
	}
	key, err := readKey(c.KeyFile)
	if err != nil {
		return nil, err
	}
	i := &Issuer{config: c, origin: u.Scheme + "://" + u.Host, host: u.Host, codes: map[string]grant{}}
	if err := i.useKey(key); err != nil {
		return nil, err
	}
	i.mux = http.NewServeMux()
	i.mux.HandleFunc("GET "+u.Path+"/.well-known/openid-configuration", i.describe)
	i.mux.HandleFunc("GET "+u.Path+"/keys", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, i.keys) })
	i.mux.HandleFunc("GET "+u.Path+"/authorize", i.choose)
	i.mux.HandleFunc("POST "+u.Path+"/authorize", i.chosen)
	i.mux.HandleFunc("GET "+u.Path+"/page.css", style)
	i.mux.HandleFunc("POST "+u.Path+"/token", i.redeem)
	i.mux.HandleFunc("POST "+u.Path+"/demo-token", i.demoToken)
	i.mux.HandleFunc("GET "+u.Path+"/logout", i.logout)
	return i, nil
}

func (i *Issuer) useKey(key *ecdsa.PrivateKey) error {
	public := jose.JSONWebKey{Key: key.Public(), Algorithm: string(jose.ES256), Use: "sig"}
	sum, err := public.Thumbprint(sha256Hash)
	if err != nil {
		return err
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	i.keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}}
	i.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", public.KeyID).WithType("JWT"))
	return err
}

// ServeHTTP refuses whoever is not on this machine, and names of this server that are not its own: a page of elsewhere whose name was
// pointed at loopback could otherwise sign itself in.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	remote, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(remote); err != nil || ip == nil || !ip.IsLoopback() || r.Host != i.host {
		refuse(w, http.StatusForbidden, "access_denied", "The demo sign-in answers on this machine only.")
		return
	}
	// A form or script of another origin must not sign somebody in or fetch a token.
	if o := r.Header.Get("Origin"); r.Method == http.MethodPost && o != "" && o != i.origin {
		refuse(w, http.StatusForbidden, "access_denied", "The request comes from another site.")
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with "no-referrer" a browser would send the form with Origin: null
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	r.Body = http.MaxBytesReader(w, r.Body, bodyMost)
	i.mux.ServeHTTP(w, r)
}

func (i *Issuer) describe(w http.ResponseWriter, _ *http.Request) {
	at := func(path string) string { return i.config.URL + path }
	answer(w, http.StatusOK, map[string]any{
		"issuer": i.config.URL, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
		"end_session_endpoint": at("/logout"), "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"grant_types_supported": []string{"authorization_code"}, "id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"none"},
		"scopes_supported": []string{"openid", "profile", "groups"}, "claims_supported": []string{"sub", "name", "groups"},
		"authorization_response_iss_parameter_supported": true,
	})
}

// request is what a client asks at the authorization endpoint.
type request struct{ Client, Redirect, State, Nonce, Challenge string }

func (i *Issuer) request(v url.Values) (request, error) {
	q := request{Client: v.Get("client_id"), Redirect: v.Get("redirect_uri"), State: v.Get("state"), Nonce: v.Get("nonce"), Challenge: v.Get("code_challenge")}
	u, err := url.Parse(q.Redirect)
	switch {
	case q.Client != i.config.ClientID:
		return q, errors.New("the client is not known")
	case err != nil || u.Scheme+"://"+u.Host != i.origin || u.User != nil || u.Fragment != "":
		return q, errors.New("the way back leads elsewhere")
	case v.Get("response_type") != "code":
		return q, errors.New("only the authorization code is given")
	case v.Get("code_challenge_method") != "S256" || len(q.Challenge) != 43:
		return q, errors.New("a code challenge by S256 is needed (PKCE)")
	}
	return q, nil
}

func (i *Issuer) choose(w http.ResponseWriter, r *http.Request) {
	q, err := i.request(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	showPage(w, pageData{Request: q, Roles: i.config.Roles, Action: i.config.URL + "/authorize", Style: i.config.URL + "/page.css"})
}

func (i *Issuer) chosen(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form cannot be read")
		return
	}
	q, err := i.request(r.PostForm)
	role, ok := i.role(r.PostForm.Get("person"))
	if err != nil || !ok {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form is not one of ours")
		return
	}
	code, err := i.code(grant{person: role.Person, redirect: q.Redirect, challenge: q.Challenge, nonce: q.Nonce})
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "temporarily_unavailable", err.Error())
		return
	}
	back, _ := url.Parse(q.Redirect) // request has looked at it
	v := back.Query()
	v.Set("code", code)
	v.Set("state", q.State)
	v.Set("iss", i.config.URL)
	back.RawQuery = v.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func (i *Issuer) role(person string) (DemoRole, bool) {
	for _, r := range i.config.Roles {
		if r.Person == person {
			return r, true
		}
	}
	return DemoRole{}, false
}

// code keeps a grant until it is redeemed or expires.
func (i *Issuer) code(g grant) (string, error) {
	now := i.config.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	for c, old := range i.codes {
		if now.After(old.until) {
			delete(i.codes, c)
		}
	}
	if len(i.codes) >= mostOpen {
		return "", errors.New("too many sign-ins at once; try again in a minute")
	}
	g.until = now.Add(codeFor)
	c := rand.Text()
	i.codes[c] = g
	return c, nil
}

// redeem gives tokens for a code, once.
func (i *Issuer) redeem(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "only authorization codes are taken")
		return
	}
	f := r.PostForm
	i.mu.Lock()
	g, ok := i.codes[f.Get("code")]
	delete(i.codes, f.Get("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || i.config.Now().After(g.until) || f.Get("client_id") != i.config.ClientID || f.Get("redirect_uri") != g.redirect ||
		subtle.ConstantTimeCompare([]byte(proof), []byte(g.challenge)) != 1 {
		refuse(w, http.StatusBadRequest, "invalid_grant", "the code is not valid, or not for you, or was used before")
		return
	}
	role, _ := i.role(g.person)
	token, err := i.sign(role, g.nonce, tokenFor)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "no token could be signed")
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "id_token": token, "token_type": "Bearer", "expires_in": int(tokenFor.Seconds()), "scope": "openid profile groups"})
}

// demoToken gives command-line tools on this machine a token without a browser: form field person.
func (i *Issuer) demoToken(w http.ResponseWriter, r *http.Request) {
	token, err := i.Mint(strings.TrimSpace(r.PostFormValue("person")))
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(tokenFor.Seconds())})
}

// logout leads back to a page of this server.
func (i *Issuer) logout(w http.ResponseWriter, r *http.Request) {
	back := r.URL.Query().Get("post_logout_redirect_uri")
	u, err := url.Parse(back)
	if err != nil || u.Scheme+"://"+u.Host != i.origin {
		back = i.origin + "/"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// Mint gives a token for one of the demo's roles.
func (i *Issuer) Mint(person string) (string, error) {
	role, ok := i.role(person)
	if !ok {
		return "", fmt.Errorf("the demo has no %q", person)
	}
	return i.sign(role, "", tokenFor)
}

func (i *Issuer) sign(role DemoRole, nonce string, lasts time.Duration) (string, error) {
	now := i.config.Now()
	claims := map[string]any{"iss": i.config.URL, "aud": i.config.ClientID, "sub": role.Person, "name": role.Name.ZH, "groups": role.Grants,
		"iat": now.Unix(), "exp": now.Add(lasts).Unix(), "jti": rand.Text()}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return jwt.Signed(i.signer).Claims(claims).Serialize()
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, status int, code, sentence string) {
	answer(w, status, map[string]string{"error": code, "error_description": sentence})
}
