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
		ID string `json:"id_token"`
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
