// Package client speaks to a running server as any other program would: over HTTP, by the contract.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/api"
)

// Client is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
	wait  time.Duration // waitUnit, but in tests
}

// New gives a client of the server at an address such as http://127.0.0.1:8080, with a bearer token or none.
func New(base, token string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	return &Client{base: strings.TrimSuffix(base, "/"), token: token, wait: waitUnit,
		http: &http.Client{Transport: transport, Timeout: 2 * time.Minute}}
}

// Refusal is an answer with a status of 400 or more.
type Refusal struct {
	Status int
	Answer api.Error
}

// Error gives the sentence, the field and the first faults.
func (r *Refusal) Error() string {
	s := fmt.Sprintf("%d %s: %s", r.Status, r.Answer.Code, r.Answer.Message)
	if r.Answer.Field != "" {
		s += " (" + r.Answer.Field + ")"
	}
	for i, f := range r.Answer.Faults {
		if i == 5 {
			return s + " …"
		}
		s += "\n  " + f.Message
	}
	return s
}

// tries is how often a request is sent that got no answer or a status of 500 and more; the waits between them add up to nine seconds, in
// which a server that was killed is up again. Every request of this client may be repeated.
const (
	tries    = 7
	waitUnit = 100 * time.Millisecond
)

// Do sends a request. body is nil, bytes (sent as CSV) or something that encodes as JSON; into is nil or takes the JSON answer. The
// status is that of the answer. A status of 400 or more is a *Refusal.
func (c *Client) Do(ctx context.Context, method, path string, body, into any, header ...string) (status int, err error) {
	blob, kind, err := encode(body)
	if err != nil {
		return 0, err
	}
	for try := 1; ; try++ {
		status, err = c.once(ctx, method, c.base+path, kind, blob, into, header)
		var refusal *Refusal
		again := err != nil && (!errors.As(err, &refusal) || refusal.Status >= http.StatusInternalServerError)
		if !again || try == tries || !pause(ctx, time.Duration(try*try)*c.wait) {
			return status, err
		}
	}
}

func encode(body any) (blob []byte, kind string, err error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case []byte:
		return b, "text/csv; charset=utf-8", nil
	}
	blob, err = json.Marshal(body)
	return blob, "application/json", err
}

func (c *Client) once(ctx context.Context, method, address, kind string, blob []byte, into any, header []string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(blob))
	if err != nil {
		return 0, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		refusal := &Refusal{Status: resp.StatusCode}
		if json.Unmarshal(answer, &refusal.Answer) != nil {
			refusal.Answer.Message = strings.TrimSpace(string(answer))
		}
		return resp.StatusCode, refusal
	}
	if into == nil {
		return resp.StatusCode, nil
	}
	return resp.StatusCode, json.Unmarshal(answer, into)
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// Upload sends a file to where an upload says, again when there is no answer.
func (c *Client) Upload(ctx context.Context, u api.BoundaryUpload, file []byte) error {
	for try := 1; ; try++ {
		status, text, err := c.put(ctx, u, file)
		if err == nil && status == http.StatusOK {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("upload: %d %s", status, text)
		}
		again := status == 0 || status >= http.StatusInternalServerError
		if !again || try == tries || !pause(ctx, time.Duration(try*try)*c.wait) {
			return err
		}
	}
}

func (c *Client) put(ctx context.Context, u api.BoundaryUpload, file []byte) (status int, text []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, string(u.Method), u.URL, bytes.NewReader(file))
	if err != nil {
		return 0, nil, err
	}
	for name, value := range u.Headers {
		r.Header.Set(name, value)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(io.LimitReader(resp.Body, 500))
	return resp.StatusCode, text, err
}

// DemoToken signs in to the demo of a server on this machine.
func DemoToken(ctx context.Context, base, person string) (string, error) {
	form := url.Values{"person": {person}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(base, "/")+"/issuer/demo-token", strings.NewReader(form))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("no server answers at %s: start it with ./scripts/run (%w)", base, err)
	}
	defer resp.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil || token.AccessToken == "" {
		return "", fmt.Errorf("the server at %s has no demo sign-in (%s); give a token in WEIGE_TOKEN", base, resp.Status)
	}
	return token.AccessToken, nil
}
