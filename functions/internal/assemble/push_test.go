package assemble

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/sending"
	"github.com/weige/weige/functions/internal/push"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/local/engine/enginetest"
)

// browser is a browser with the push service behind it, on loopback: it has the key that reads what it gets.
type browser struct {
	t      *testing.T
	key    *ecdh.PrivateKey
	auth   []byte
	server *httptest.Server

	mu     sync.Mutex
	got    []subscription.Note
	status int // what the push service answers
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, key: key, auth: make([]byte, 16), status: http.StatusCreated}
	if _, err := rand.Read(b.auth); err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewTLSServer(b)
	t.Cleanup(b.server.Close)
	return b
}

// input is what the browser gives to the page.
func (b *browser) input() map[string]any {
	_, port, _ := strings.Cut(strings.TrimPrefix(b.server.URL, "https://"), ":")
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{"endpoint": "https://localhost:" + port + "/of/this-browser", "p256dh": encode(b.key.PublicKey().Bytes()), "auth": encode(b.auth)}
}

// pusher gives what the functions push with, but for what it may connect to and whom it trusts.
func (b *browser) pusher(w *world) subscription.Pusher {
	keys, err := subscription.NewKeys(w.config.SubscriptionKey)
	if err != nil {
		b.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(b.server.Certificate())
	private, public := keys.PushKeys()
	return push.New(private, public, w.config.Site, func(a netip.Addr) bool { return a.IsLoopback() },
		&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}})
}

// notes gives what arrived since it was last asked.
func (b *browser) notes() (all []subscription.Note) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, b.got = b.got, nil
	return all
}

func (b *browser) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" {
		b.t.Errorf("%s %v, %v", r.Method, r.Header, err)
	}
	b.checkSender(r.Header.Get("Authorization"))
	if b.status < 300 {
		var n subscription.Note
		if err := json.Unmarshal(b.decrypt(body), &n); err != nil {
			b.t.Error(err)
		}
		b.got = append(b.got, n)
	}
	w.WriteHeader(b.status)
}

// checkSender verifies who sends (RFC 8292): a token for this push service, signed with the key that the page gave to the browser.
func (b *browser) checkSender(authorization string) {
	parts := strings.Split(strings.TrimPrefix(authorization, "vapid "), ",")
	if len(parts) != 2 {
		b.t.Errorf("authorization %q", authorization)
		return
	}
	token, encoded := strings.TrimPrefix(strings.TrimSpace(parts[0]), "t="), strings.TrimPrefix(strings.TrimSpace(parts[1]), "k=")
	point, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(point) != 65 {
		b.t.Errorf("key %q: %v", encoded, err)
		return
	}
	public := &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(point[1:33]), Y: new(big.Int).SetBytes(point[33:])}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	var claims struct {
		Aud string `json:"aud"`
		Sub string `json:"sub"`
	}
	if err == nil {
		err = parsed.Claims(public, &claims)
	}
	u, _ := url.Parse(b.input()["endpoint"].(string))
	if err != nil || claims.Aud != "https://"+u.Host || claims.Sub != "https://town.example" {
		b.t.Errorf("%+v, %v", claims, err)
	}
}

// decrypt reads a message as a browser does (RFC 8188 and RFC 8291).
func (b *browser) decrypt(body []byte) []byte {
	b.t.Helper()
	salt, size, length := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	sender, text := body[21:21+length], body[21+length:]
	if int(size) < len(text) {
		b.t.Fatalf("%d bytes in records of %d", len(text), size)
	}
	theirs, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		b.t.Fatal(err)
	}
	secret, err := b.key.ECDH(theirs)
	if err != nil {
		b.t.Fatal(err)
	}
	info := string(bytes.Join([][]byte{[]byte("WebPush: info\x00"), b.key.PublicKey().Bytes(), sender}, nil))
	derive := func(secret, salt []byte, info string, length int) []byte {
		out, err := hkdf.Key(sha256.New, secret, salt, info, length)
		if err != nil {
			b.t.Fatal(err)
		}
		return out
	}
	material := derive(secret, b.auth, info, 32)
	block, err := aes.NewCipher(derive(material, salt, "Content-Encoding: aes128gcm\x00", 16))
	if err != nil {
		b.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		b.t.Fatal(err)
	}
	plain, err := gcm.Open(nil, derive(material, salt, "Content-Encoding: nonce\x00", 12), text, nil)
	if err != nil {
		b.t.Fatalf("the browser cannot read it: %v", err)
	}
	return bytes.TrimSuffix(bytes.TrimRight(plain, "\x00"), []byte{2})
}

// A browser is told at once, once, in words that only it can read; and no more when it has gone.
func TestFollowingAReportByPush(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		b := newBrowser(t)
		p := w.post0(w.table, w.table, b.pusher(w))
		s := w.case0(0.5)
		var key api.PushKey
		w.must("GET", "/v1/town/push-key", "", nil).into(t, &key)
		if point, err := base64.RawURLEncoding.DecodeString(key.Key); err != nil || len(point) != 65 {
			t.Errorf("the key is %q", key.Key)
		}
		var receipt, again api.SubscriptionReceipt
		ask := map[string]any{"code": s.filed.TrackingCode, "push": b.input(), "locale": "zh"}
		w.must("POST", "/v1/town/subscriptions", "", ask).into(t, &receipt)
		w.must("POST", "/v1/town/subscriptions", "", ask).into(t, &again)
		if receipt.Status != api.SubscriptionActive || receipt.Token == "" || again.Token != receipt.Token {
			t.Fatalf("%+v, %+v", receipt, again)
		}
		s.must("d", "dispatcher@town", "resolution", "reply", "REPLYWORDS")
		for range 2 {
			p.tell(s.filed.Report)
		}
		notes := b.notes()
		want := subscription.Note{Title: "Light · c1g1", Body: "已处理，等待核查", URL: "/subscribe/?j=town#report=" + receipt.Token, Tag: s.filed.Report}
		if len(notes) != 1 || notes[0] != want {
			t.Errorf("%+v; want %+v", notes, want)
		}
		s.must("d", "dispatcher@town", "closure")
		b.status = http.StatusGone
		p.tell(s.filed.Report)
		if a := w.do("GET", "/v1/town/subscriptions/"+receipt.Token, "", nil); a.status != http.StatusNotFound {
			t.Errorf("a browser that has gone is still told: %d %s", a.status, a.body)
		}
		if mails := p.letters(); len(mails) != 0 {
			t.Errorf("%+v", mails)
		}
	})
}

// A push never goes to a machine that is not on the public internet, whatever the name says.
func TestAPushGoesToPublicAddressesOnly(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	b := newBrowser(t)
	pusher, err := sending.Pusher(w.config)
	if err != nil {
		t.Fatal(err)
	}
	p := w.post0(w.table, w.table, pusher)
	s := w.case0(0.5)
	w.must("POST", "/v1/town/subscriptions", "", map[string]any{"code": s.filed.TrackingCode, "push": b.input()})
	s.must("d", "dispatcher@town", "acceptance")
	events, err := w.table.Events(t.Context(), s.filed.Report)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.notices.Receive(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	round, err := p.worker.Run(t.Context()) // spreads
	if err == nil && round.Dead == 0 {
		round, err = p.worker.Run(t.Context()) // pushes
	}
	if err != nil || round.Dead != 1 || len(b.notes()) != 0 {
		t.Errorf("%+v, %v", round, err)
	}
	var dead api.Deliveries
	w.must("GET", "/v1/town/deliveries", w.issuer.token("admin", "administrator@town"), nil).into(t, &dead)
	if len(dead.Deliveries) != 1 || dead.Deliveries[0].Failure != "push_not_public" {
		t.Errorf("%+v", dead)
	}
}
