// Package issuer is a small OpenID Connect issuer for one machine: a page with a button for each role of the demo, authorization code
// with PKCE, signed tokens. It asks for no password and so answers on loopback only; it is used when no other issuer is configured.
package issuer

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	codeFor  = time.Minute
	tokenFor = 8 * time.Hour
	mostOpen = 1000 // codes that were given and not yet redeemed
	bodyMost = 16 << 10
	scopes   = "openid profile groups"
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
	i.mux.HandleFunc("POST "+u.Path+"/logout", i.logout)
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
	if ip := net.ParseIP(remote); err != nil || ip == nil || !ip.IsLoopback() || r.Host != i.host || forwarded(r) {
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
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	r.Body = http.MaxBytesReader(w, r.Body, bodyMost)
	i.mux.ServeHTTP(w, r)
}

// forwarded tells whether a proxy on this machine brings the request of somebody else.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
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

// requestError says what is wrong with a request, in the terms of RFC 6749.
type requestError struct {
	Code, Sentence string
	Back           bool // the client and its way back are known, so that it may be told
}

func (i *Issuer) request(v url.Values) (request, *requestError) {
	q := request{Client: v.Get("client_id"), Redirect: v.Get("redirect_uri"), State: v.Get("state"), Nonce: v.Get("nonce"), Challenge: v.Get("code_challenge")}
	u, err := url.Parse(q.Redirect)
	switch {
	case q.Client != i.config.ClientID:
		return q, &requestError{"invalid_request", "the client is not known", false}
	case err != nil || u.Scheme+"://"+u.Host != i.origin || u.User != nil || u.Fragment != "":
		return q, &requestError{"invalid_request", "the way back leads elsewhere", false}
	case v.Get("response_type") != "code":
		return q, &requestError{"unsupported_response_type", "only the authorization code is given", true}
	case v.Get("code_challenge_method") != "S256" || len(q.Challenge) != 43:
		return q, &requestError{"invalid_request", "a code challenge by S256 is needed (PKCE)", true}
	case v.Get("prompt") == "none":
		return q, &requestError{"login_required", "nobody stays signed in here; show the page", true}
	}
	return q, nil
}

// back is the way back to the client with an answer.
func (i *Issuer) back(q request, answer url.Values) string {
	u, _ := url.Parse(q.Redirect) // request has looked at it
	v := u.Query()
	for name, values := range answer {
		v[name] = values
	}
	if q.State != "" {
		v.Set("state", q.State)
	}
	v.Set("iss", i.config.URL) // RFC 9207
	u.RawQuery = v.Encode()
	return u.String()
}

func (i *Issuer) choose(w http.ResponseWriter, r *http.Request) {
	q, wrong := i.request(r.URL.Query())
	switch {
	case wrong != nil && wrong.Back:
		http.Redirect(w, r, i.back(q, url.Values{"error": {wrong.Code}, "error_description": {wrong.Sentence}}), http.StatusSeeOther)
		return
	case wrong != nil:
		refuse(w, http.StatusBadRequest, wrong.Code, wrong.Sentence)
		return
	}
	showPage(w, pageData{Request: q, Roles: i.config.Roles, Action: i.config.URL + "/authorize", Style: i.config.URL + "/page.css"})
}

func (i *Issuer) chosen(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form cannot be read")
		return
	}
	q, wrong := i.request(r.PostForm)
	role, ok := i.role(r.PostForm.Get("person"))
	if wrong != nil || !ok {
		refuse(w, http.StatusBadRequest, "invalid_request", "the form is not one of ours")
		return
	}
	code, err := i.code(grant{person: role.Person, redirect: q.Redirect, challenge: q.Challenge, nonce: q.Nonce})
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, "temporarily_unavailable", err.Error())
		return
	}
	http.Redirect(w, r, i.back(q, url.Values{"code": {code}}), http.StatusSeeOther)
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

// logout leads back to a page of this server. There is no session to end here: the client forgets its tokens.
func (i *Issuer) logout(w http.ResponseWriter, r *http.Request) {
	back, err := url.Parse(r.FormValue("post_logout_redirect_uri"))
	if err != nil || back.Scheme+"://"+back.Host != i.origin || back.User != nil {
		back = &url.URL{Path: "/"}
	}
	if state := r.FormValue("state"); state != "" {
		v := back.Query()
		v.Set("state", state)
		back.RawQuery = v.Encode()
	}
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, status int, code, sentence string) {
	answer(w, status, map[string]string{"error": code, "error_description": sentence})
}
