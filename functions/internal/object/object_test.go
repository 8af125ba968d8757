package object_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/object"
)

// What it does against a server is tested with that server, in functions/local/objectserver.

func TestAnAddressSignsWhatABrowserCanSend(t *testing.T) {
	s := object.New(object.Config{Region: "eu-central-1", Bucket: "weige-uploads", AccessKey: "AKID", SecretKey: "secret", SessionToken: "token"})
	address, headers, err := s.Presign(t.Context(), "boundaries/jing/网 格", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "https" || u.Host != "weige-uploads.s3.eu-central-1.amazonaws.com" || u.Path != "/boundaries/jing/网 格" {
		t.Errorf("address %s", address)
	}
	if q.Get("X-Amz-Expires") != "60" || q.Get("X-Amz-Security-Token") != "token" || q.Get("X-Amz-SignedHeaders") != "content-type;host" {
		t.Errorf("query %v", q)
	}
	for name := range q {
		if strings.Contains(strings.ToLower(name), "checksum") {
			t.Errorf("%s: the body is not known when the address is signed", name)
		}
	}
	if len(headers) != 1 || headers["Content-Type"] != object.UploadType {
		t.Errorf("headers %v", headers)
	}
	if strings.Contains(address, "secret") {
		t.Error("the address holds the secret key")
	}
}

// The store is asked, under the signature, to let no cache keep a print.
func TestAnAddressOfAPrintIsForNoCache(t *testing.T) {
	s := object.New(object.Config{Region: "eu-central-1", Bucket: "weige-photos", AccessKey: "AKID", SecretKey: "secret"})
	address, err := s.PresignGet(t.Context(), "photos/a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("response-cache-control") != "private, no-store" || u.Query().Get("X-Amz-Expires") != "60" {
		t.Errorf("%s: %v", address, err)
	}
}

func TestAStoreThatDoesNotAnswerIsNotAMissingFile(t *testing.T) {
	s := object.New(object.Config{Region: "local", Endpoint: "http://127.0.0.1:1", Bucket: "b", AccessKey: "AKID", SecretKey: "secret"})
	_, err := s.Read(t.Context(), "k", 10)
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		t.Errorf("got %v; want an internal error", err)
	}
}
