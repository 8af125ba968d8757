package open311

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// format is how an answer is written.
type format string

const (
	asXML         format = "xml"
	asJSON        format = "json"
	unknownFormat format = ""
)

// split gives the parts of the path after the prefix, and the format at its end. Of other paths it gives one part, of which nothing is known.
func split(r *http.Request) ([]string, format) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return nil, unknownFormat
	}
	f := format(strings.ToLower(path[dot+1:]))
	if f != asXML && f != asJSON {
		return nil, unknownFormat
	}
	resource, ok := strings.CutPrefix(path[:dot], Prefix)
	if !ok {
		return []string{""}, f
	}
	return strings.Split(resource, "/"), f
}

// accepted is the format of an answer to an address without one. The standard's own is XML.
func accepted(r *http.Request) format {
	accept := r.Header.Get("Accept")
	if j := strings.Index(accept, "json"); j >= 0 {
		if x := strings.Index(accept, "xml"); x < 0 || j < x {
			return asJSON
		}
	}
	return asXML
}

// text is a value that may be empty: null in JSON, an empty element in XML. It holds nothing that XML cannot.
type text string

func words(s string) text {
	return text(strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= 0x10FFFF {
			return r
		}
		return '\uFFFD'
	}, s))
}

// MarshalJSON writes null for the empty text.
func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// degrees are written with seven decimals at most and never with an exponent. NaN is none: null in JSON, an empty element in XML.
type degrees float64

func (d degrees) String() string {
	if math.IsNaN(float64(d)) {
		return ""
	}
	return strconv.FormatFloat(float64(d), 'f', -1, 64)
}

// MarshalJSON writes a number.
func (d degrees) MarshalJSON() ([]byte, error) {
	if s := d.String(); s != "" {
		return []byte(s), nil
	}
	return []byte("null"), nil
}

// MarshalXML writes the same digits as MarshalJSON.
func (d degrees) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(d.String(), start)
}

// document is an answer in both formats.
type document struct {
	json any
	xml  func(*xml.Encoder) error
}

// list is a document that is a bare array in JSON, also when one entry or none is in it.
func list[T any](root, element string, all []T) document {
	if all == nil {
		all = []T{}
	}
	return document{all, func(e *xml.Encoder) error {
		return elements(e, xml.StartElement{Name: xml.Name{Local: root}}, element, all)
	}}
}

// object is a document that is one object in JSON.
func object(root string, v any) document {
	return document{v, func(e *xml.Encoder) error { return e.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: root}}) }}
}

// named is what a list inside an object can hold: it knows the name of its element.
type named interface{ element() string }

// nested is a list inside an object.
type nested[T named] []T

// MarshalXML writes the element of the list even when nothing is in it.
func (l nested[T]) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	var one T
	return elements(e, start, one.element(), l)
}

// elements writes a list inside an element that is there even when nothing is in the list.
func elements[T any](e *xml.Encoder, outer xml.StartElement, element string, all []T) error {
	if err := e.EncodeToken(outer); err != nil {
		return err
	}
	for _, one := range all {
		if err := e.EncodeElement(one, xml.StartElement{Name: xml.Name{Local: element}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(outer.End())
}

// encode writes a document.
func (d document) encode(f format) ([]byte, error) {
	if f == asJSON {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(d.json)
		return b.Bytes(), err
	}
	b := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := d.xml(e); err != nil {
		return nil, err
	}
	err := e.Flush()
	b.WriteByte('\n')
	return b.Bytes(), err
}

var contentTypes = map[format]string{asXML: "text/xml; charset=utf-8", asJSON: "application/json; charset=utf-8"}

func (c *call) write(w http.ResponseWriter, status int, d document) {
	body, err := d.encode(c.format)
	if err != nil {
		c.server.Log.ErrorContext(c.Context(), "an answer could not be written", "error", err)
		body, _ = list("errors", "error", []failure{{http.StatusInternalServerError, internal}}).encode(c.format)
		status = http.StatusInternalServerError
	}
	if status == http.StatusOK && escaped(body) > MaxAnswer {
		c.fail(w, fault.New(fault.Invalid, "The answer would be larger than the %d bytes that can be sent. Please ask for fewer at a time, with page_size and page.", MaxAnswer))
		return
	}
	w.Header().Set("Content-Type", contentTypes[c.format])
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// escaped is how many bytes a body takes as a text of JSON, in which a function answers.
func escaped(body []byte) int {
	return len(body) + bytes.Count(body, []byte(`"`)) + bytes.Count(body, []byte(`\`)) + bytes.Count(body, []byte("\n")) + 5*bytes.Count(body, []byte("\u2028")) + 5*bytes.Count(body, []byte("\u2029"))
}

// failure is one error as the standard writes it.
type failure struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

const internal = "Something went wrong on our side; it was noted. Please try again later."

// statuses are by the standard: 403 for a key, 404 for what is not there, 400 otherwise. What no client can do anything about has those
// of HTTP.
var statuses = map[fault.Code]int{
	fault.Forbidden: http.StatusForbidden, fault.Unauthorized: http.StatusForbidden, fault.Unknown: http.StatusNotFound, fault.TooMany: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable, fault.Undecided: http.StatusServiceUnavailable,
}

// fields are names of this standard for those of the domain.
var fields = map[string]string{"lon": "long", "service_code": "service_code", "contact.name": "first_name, last_name", "contact.phone": "phone", "contact.email": "email",
	"Idempotency-Key": "Idempotency-Key", "reason": "description", "address": "address_string", "photos": "media"}

func (c *call) fail(w http.ResponseWriter, err error) {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
	case errors.Is(err, context.DeadlineExceeded):
		f = fault.New(fault.Unavailable, "This took too long. Please ask for less at a time, or try again in a minute.")
	default:
		if !errors.Is(err, context.Canceled) {
			c.server.Log.ErrorContext(c.Context(), "failed", "resource", slices.Concat(c.resource, []string{""})[0], "error", err)
		}
		f = fault.New("internal", internal)
	}
	status, ok := statuses[f.Code]
	if !ok {
		status = http.StatusBadRequest
	}
	if f.Code == "internal" {
		status = http.StatusInternalServerError
	}
	switch status {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(cmp.Or(f.After, time.Duration(60-c.now.Second())*time.Second).Seconds()))))
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	c.write(w, status, list("errors", "error", []failure{{status, string(words(described(f)))}}))
}

// described names the parameter that is wrong, unless the sentence does.
func described(f *fault.Error) string {
	name := f.Field
	if n, ok := fields[name]; ok {
		name = n
	}
	if code, ok := strings.CutPrefix(name, "answers."); ok {
		name = "attribute[" + code + "]"
	}
	if name == "" || strings.Contains(f.Message, name) {
		return f.Message
	}
	return name + ": " + f.Message
}
