package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// recorder is the http.ResponseWriter that keeps an answer until it is whole.
type recorder struct {
	header http.Header // what the handler writes to
	status int
	sent   http.Header // header as it was when the status was written
	body   bytes.Buffer
	limit  int
	over   bool
}

func newRecorder(limit int) *recorder { return &recorder{header: http.Header{}, limit: limit} }

// Header gives the headers to be sent with the first byte.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader takes the status. As in net/http a second call changes nothing, and neither does one with an informational status, which
// the gateway cannot pass on.
func (w *recorder) WriteHeader(status int) {
	if w.status != 0 || (status >= 100 && status < 200) {
		return
	}
	w.status = status
	w.sent = w.header.Clone()
}

// Write takes a part of the body. Beyond what a function may answer nothing is kept and the handler is told.
func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.over || w.body.Len()+len(p) > w.limit {
		w.over = true
		return 0, errTooLarge
	}
	return w.body.Write(p)
}

// Flush is there for handlers that ask for it; the answer goes out as one piece.
func (w *recorder) Flush() {}

var errTooLarge = fmt.Errorf("the answer is larger than the %d bytes that a function may give", AnswerBytes)

// response is what API Gateway reads. It knows no lists of headers but cookies.
type response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Cookies         []string          `json:"cookies,omitempty"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// answer gives the response as JSON of at most limit bytes.
func (w *recorder) answer(method string, limit int) ([]byte, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.over {
		return encode(tooLarge())
	}
	out, err := encode(w.response(method))
	if err == nil && len(out) > limit {
		return encode(tooLarge())
	}
	return out, err
}

func (w *recorder) response(method string) response {
	body := w.body.Bytes()
	bodyless := method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified
	if !bodyless && len(body) > 0 && w.sent["Content-Type"] == nil && w.sent.Get("Content-Encoding") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(body))
	}
	res := response{StatusCode: w.status, Headers: make(map[string]string, len(w.sent)), Cookies: w.sent["Set-Cookie"]}
	for name, values := range w.sent {
		switch name {
		case "Set-Cookie", "Connection", "Transfer-Encoding", "Trailer":
			continue // the first goes apart; the others belong to a connection, and here is none
		case "Content-Length":
			if method != http.MethodHead {
				continue // the gateway counts for itself
			}
		}
		res.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	switch {
	case bodyless:
	case utf8.Valid(body):
		// JSON carries any valid UTF-8 unchanged, so that no list of content types is needed to tell text from the rest.
		res.Body = string(body)
	default:
		res.Body, res.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return res
}

// tooLarge says so to the caller in the contract's form, in place of the gateway's 500 without a reason.
func tooLarge() response {
	return response{
		StatusCode: http.StatusInternalServerError,
		Headers:    map[string]string{"content-type": "application/json", "cache-control": "no-store"},
		Body: `{"code":"too_large","message":"The answer is larger than the 6 MB that can be sent. Ask for less at once: a smaller ` +
			`area or page; or send Accept-Encoding: gzip."}`,
	}
}

// encode leaves <, > and & as they are: escaped they would take six bytes each of the six million.
func encode(r response) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("answer for API Gateway: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
