package outside

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false,
		"::ffff:169.254.169.254": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fe80::1%eth0": false, "2001:db8::1": false,
		"::127.0.0.1": false, "::8.8.8.8": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestCheck(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://push.example.org/x?y=1": true, "https://8.8.8.8/x": true, "https://example.org:8443/": true,
		"http://example.org/": false, "ftp://example.org/": false, "https://": false, "https:example.org": false, "//example.org": false, "": false,
		"https://127.0.0.1/": false, "https://[::1]/": false, "https://[::ffff:10.0.0.1]/": false, "https://[::ffff:7f00:1]/": false,
		"https://169.254.169.254/latest": false, "https://a:b@example.org/": false,
		"https://example.org/#x": false, "https://example.org/\x00": false, "https://example.org/" + strings.Repeat("x", mostAddress): false,
	} {
		if err := Check(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestCheckTyped(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://push.example.org/x?y=1": true, "https://8.8.8.8/x": true, "https://[2606:4700::1111]:8443/": true, "http://example.org/": false, "https://10.0.0.1/": false,
		"https://localhost/": false, "https://intranet/": false, "https://printer.local/": false, "https://metadata.google.internal./": false, "https://a.LOCALHOST/": false,
		"https://2130706433/": false, "https://0x7f000001/": false, "https://127.1/": false, "https://0177.0.0.1/": false, "https://10.0x1/": false, "https://xn--fiq.xn--fiqs8s/": true, "https://localhost.example.org/": true,
	} {
		if err := CheckTyped(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A name that leads to this machine is refused when it is dialled, whatever it looked like before.
func TestClientConnectsToAllowedAddressesOnly(t *testing.T) {
	called := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	for _, address := range []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), strings.Replace(server.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)} {
		if _, err := Client(Public, 5*time.Second, nil).Get(address); !errors.Is(err, ErrNotPublic) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if called != 0 {
		t.Fatalf("the server was reached %d times", called)
	}
	// The same client reaches it when that is allowed, and stays where it was sent.
	resp, err := Client(func(a netip.Addr) bool { return a.IsLoopback() }, 5*time.Second, nil).Get(server.URL)
	if err != nil || resp.StatusCode != http.StatusFound || called != 1 {
		t.Fatalf("%v, %v, %d calls", resp, err, called)
	}
	resp.Body.Close()
}
