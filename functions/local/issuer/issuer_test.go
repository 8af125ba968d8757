package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const verifier = "a-verifier-of-at-least-forty-three-characters-0"

// place is an issuer on a real loopback address with a clock that tests move.
type place struct {
	t      *testing.T
	issuer *Issuer
	url    string
	now    time.Time
	client *http.Client
}

func open(t *testing.T, keyFile string) *place {
	t.Helper()
	p := &place{t: t, now: time.Now(), client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.issuer.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p.url = server.URL
	var err error
	p.issuer, err = New(Config{URL: server.URL + "/issuer", KeyFile: keyFile, ClientID: "weige-web", Now: func() time.Time { return p.now },
		Roles: []DemoRole{{Person: "street-dispatcher", Name: Text{"街道调度员", "Street dispatcher"}, Grants: []string{"dispatcher@demo"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) form() url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return url.Values{"client_id": {"weige-web"}, "redirect_uri": {p.url + "/dispatch/"}, "response_type": {"code"}, "state": {"s t"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "person": {"street-dispatcher"}}
}

func (p *place) post(path string, form url.Values, header ...string) (*http.Response, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	return p.read(p.client.Do(r))
}

func (p *place) read(resp *http.Response, err error) (*http.Response, string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp, string(body)
}

// code signs in as a browser would and gives the form for the token endpoint.
func (p *place) code() url.Values {
	p.t.Helper()
	resp, body := p.post("/issuer/authorize", p.form(), "Origin", p.url)
	back, err := url.Parse(resp.Header.Get("Location"))
	if resp.StatusCode != http.StatusSeeOther || err != nil || back.Query().Get("state") != "s t" || !strings.HasPrefix(back.String(), p.url+"/dispatch/?") {
		p.t.Fatalf("%d %s %s", resp.StatusCode, back, body)
	}
	return url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "client_id": {"weige-web"},
		"redirect_uri": {p.url + "/dispatch/"}, "code_verifier": {verifier}}
}

func TestSignInGivesATokenThatAnyVerifierTakes(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	_, html := p.read(p.client.Get(p.url + "/issuer/authorize?" + p.form().Encode()))
	if !strings.Contains(html, "街道调度员") || strings.Contains(html, "<script") || strings.Contains(html, "style=") {
		t.Errorf("page: %s", html)
	}
	_, body := p.post("/issuer/token", p.code())
	var tokens struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &tokens); err != nil {
		t.Fatal(err)
	}
	provider, err := oidc.NewProvider(context.Background(), p.url+"/issuer")
	if err != nil {
		t.Fatal(err)
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: "weige-web"}).Verify(context.Background(), tokens.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.VerifyAccessToken(tokens.Access); err != nil {
		t.Errorf("the hash of the access token: %v", err)
	}
	if token.Expiry.Sub(p.now.Truncate(time.Second)) != tokenFor {
		t.Errorf("it expires at %s", token.Expiry)
	}
	if _, err := provider.Verifier(&oidc.Config{ClientID: "weige-web"}).Verify(context.Background(), tokens.Access); err != nil {
		t.Errorf("access token: %v", err)
	}
	var claims struct {
		Groups []string `json:"groups"`
	}
	if err := token.Claims(&claims); err != nil || token.Subject != "street-dispatcher" || token.Nonce != "n" || len(claims.Groups) != 1 {
		t.Errorf("%v: %+v %+v", err, token, claims)
	}
}

func TestCodeIsGoodOnceForOneMinuteAndItsOwner(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	used := p.code()
	p.post("/issuer/token", used)
	late, wrong, elsewhere := p.code(), p.code(), p.code()
	wrong.Set("code_verifier", "another-verifier-of-at-least-43-characters-00")
	elsewhere.Set("redirect_uri", p.url+"/track/")
	for name, form := range map[string]url.Values{"used": used, "wrong verifier": wrong, "another way back": elsewhere} {
		if resp, body := p.post("/issuer/token", form); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	p.now = p.now.Add(codeFor + time.Second)
	if resp, body := p.post("/issuer/token", late); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("late: %d %s", resp.StatusCode, body)
	}
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	for name, change := range map[string]func(url.Values){
		"another client":    func(v url.Values) { v.Set("client_id", "x") },
		"a way elsewhere":   func(v url.Values) { v.Set("redirect_uri", "https://example.org/dispatch/") },
		"user in the way":   func(v url.Values) { v.Set("redirect_uri", strings.Replace(p.url, "http://", "http://x@", 1)) },
		"no PKCE":           func(v url.Values) { v.Del("code_challenge") },
		"plain PKCE":        func(v url.Values) { v.Set("code_challenge_method", "plain") },
		"implicit":          func(v url.Values) { v.Set("response_type", "token") },
		"an unknown person": func(v url.Values) { v.Set("person", "root") },
	} {
		form := p.form()
		change(form)
		if resp, body := p.post("/issuer/authorize", form); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	for name, header := range map[string][]string{"another origin": {"Origin", "http://evil.example"}, "another name of this machine": {"Host", "evil.example"}} {
		if resp, body := p.post("/issuer/demo-token", url.Values{"person": {"street-dispatcher"}}, header...); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	outside := httptest.NewRequest("POST", p.url+"/issuer/demo-token", nil)
	outside.RemoteAddr = "203.0.113.9:1234"
	rec := httptest.NewRecorder()
	p.issuer.ServeHTTP(rec, outside)
	if rec.Code != http.StatusForbidden {
		t.Errorf("another machine: %d", rec.Code)
	}
}

func TestKeyOutlivesTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	a, b := open(t, file), open(t, file)
	if a.issuer.keys.Keys[0].KeyID != b.issuer.keys.Keys[0].KeyID {
		t.Error("the second start made another key")
	}
}

func TestNewRefusesAnAddressOthersCanReach(t *testing.T) {
	for _, url := range []string{"http://0.0.0.0:8080/issuer", "https://weige.example/issuer"} {
		if _, err := New(Config{URL: url, KeyFile: filepath.Join(t.TempDir(), "key")}); err == nil {
			t.Errorf("took %s", url)
		}
	}
}

// Once the client and its way back are known, what is wrong is told to the client, so that it can say so.
func TestMistakesAreToldToTheClient(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	for code, change := range map[string]func(url.Values){
		"invalid_request":           func(v url.Values) { v.Del("code_challenge") },
		"unsupported_response_type": func(v url.Values) { v.Set("response_type", "token") },
		"login_required":            func(v url.Values) { v.Set("prompt", "none") },
	} {
		form := p.form()
		change(form)
		resp, _ := p.read(p.client.Get(p.url + "/issuer/authorize?" + form.Encode()))
		back, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || resp.StatusCode != http.StatusSeeOther || back.Path != "/dispatch/" || back.Query().Get("error") != code || back.Query().Get("state") != "s t" {
			t.Errorf("%s: %d %s", code, resp.StatusCode, back)
		}
	}
	for name, change := range map[string]func(url.Values){
		"another client":  func(v url.Values) { v.Set("client_id", "x") },
		"a way elsewhere": func(v url.Values) { v.Set("redirect_uri", "https://example.org/dispatch/") },
		"another port":    func(v url.Values) { v.Set("redirect_uri", "http://127.0.0.1:1/dispatch/") },
	} {
		form := p.form()
		change(form)
		if resp, _ := p.read(p.client.Get(p.url + "/issuer/authorize?" + form.Encode())); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

func TestCommandLineToolsSignInWithoutABrowser(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	resp, body := p.post("/issuer/demo-token", url.Values{"person": {"street-dispatcher"}})
	var tokens struct {
		Access  string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &tokens); err != nil || tokens.Access == "" || tokens.Type != "Bearer" || tokens.Expires != 8*3600 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := p.post("/issuer/demo-token", url.Values{"person": {"nobody"}}); resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "nobody") {
		t.Errorf("an unknown person: %d %s", resp.StatusCode, body)
	}
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-IP"} {
		if resp, _ := p.post("/issuer/demo-token", url.Values{"person": {"street-dispatcher"}}, header, "203.0.113.9"); resp.StatusCode != http.StatusForbidden {
			t.Errorf("by a proxy with %s: %d", header, resp.StatusCode)
		}
	}
}

func TestSigningOutLeadsNowhereElse(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	for back, want := range map[string]string{
		p.url + "/track/?a=b":     p.url + "/track/?a=b&state=s",
		"":                        "/?state=s",
		"https://example.org/":    "/?state=s",
		"//example.org/":          "/?state=s",
		p.url + "@example.org/":   "/?state=s",
		"javascript:alert(1)":     "/?state=s",
		"http://127.0.0.1:1/away": "/?state=s",
	} {
		resp, _ := p.read(p.client.Get(p.url + "/issuer/logout?" + url.Values{"post_logout_redirect_uri": {back}, "state": {"s"}}.Encode()))
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%q leads to %d %s", back, resp.StatusCode, got)
		}
	}
}

func TestPageRunsUnderAStrictPolicy(t *testing.T) {
	p := open(t, filepath.Join(t.TempDir(), "key"))
	form := p.form()
	form.Set("state", `"><script>alert(1)</script>`)
	resp, html := p.read(p.client.Get(p.url + "/issuer/authorize?" + form.Encode()))
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy: %s", csp)
	}
	if got := resp.Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("with referrer policy %q our own form can come from the origin null", got)
	}
	for _, never := range []string{"<script", "<style", " style=", " onclick="} {
		if strings.Contains(html, never) {
			t.Errorf("the page holds %s", never)
		}
	}
	for _, needed := range []string{`<html lang="zh-CN">`, `<span lang="en">Street dispatcher</span>`, `<button name="person" value="street-dispatcher">`} {
		if !strings.Contains(html, needed) {
			t.Errorf("the page lacks %s", needed)
		}
	}
	if resp, css := p.read(p.client.Get(p.url + "/issuer/page.css")); resp.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(css, "min-height") {
		t.Errorf("style: %v %s", resp.Header, css)
	}
}

func TestOnlyThisUserCanReadTheKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	open(t, file)
	for range 2 {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v %v", info.Mode(), err)
		}
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		open(t, file)
	}
	if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{URL: "http://127.0.0.1:8080/issuer", KeyFile: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a spoilt key file: %v", err)
	}
}
