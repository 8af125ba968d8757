package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/fault"
)

// Bounds of what the contract says about parameters.
const (
	defaultPage  = 200
	largestPage  = 1000
	shortestKey  = 8
	longestKey   = 128
	largestLocal = 10_000 // metres of accuracy
)

// readBody reads a whole body of at most limit bytes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, fault.New(fault.TooLarge, "The request has more than the %d bytes that are taken here.", limit)
	}
	if err != nil {
		return nil, fault.New(fault.Malformed, "The request ended before it was whole. Please send it again.")
	}
	return body, nil
}

// decode reads a JSON body into one of the contract's types. Unknown fields, wrong types, missing required fields, several values
// and text that is not UTF-8 are faults that name the field.
func decode(w http.ResponseWriter, r *http.Request, limit int64, into any, required ...string) error {
	_, err := decodeBody(w, r, limit, into, required...)
	return err
}

// decodeBody is decode for those who have to know which fields are there.
func decodeBody(w http.ResponseWriter, r *http.Request, limit int64, into any, required ...string) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &fault.Error{Code: fault.Malformed, Field: "Content-Type", Message: "The body must be JSON, sent with Content-Type: application/json."}
	}
	body, err := readBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Malformed, "The body is not UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return nil, jsonFault(err, body, into)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Malformed, "The body holds more than one JSON value.")
	}
	return body, present(body, required)
}

// present checks that the required fields of an object are there; null counts as absent.
func present(body []byte, required []string) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return fault.New(fault.Malformed, "The body must be a JSON object.")
	}
	for _, name := range required {
		if v, ok := fields[name]; !ok || string(v) == "null" {
			return &fault.Error{Code: fault.Malformed, Field: name, Message: name + " is missing."}
		}
	}
	return nil
}

func jsonFault(err error, body []byte, into any) error {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return fault.New(fault.Malformed, "The body is not valid JSON: byte %d cannot stand there.", syntax.Offset)
	case errors.As(err, &kind):
		return &fault.Error{Code: fault.Malformed, Field: kind.Field, Message: fmt.Sprintf("%s must be %s, not %s.", fieldOr(kind.Field, "The body"), jsonKind(kind.Type.Kind().String()), given(kind.Value))}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Malformed, "The body is empty or ends in the middle.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		if at := unknownField(reflect.TypeOf(into), body, name); at != "" {
			name = at
		}
		return &fault.Error{Code: fault.Malformed, Field: name, Message: fmt.Sprintf("There is no field %q here.", name)}
	}
	return fault.New(fault.Malformed, "The body cannot be read.")
}

// unknownField finds where in a body a field stands that its type does not have: the names that lead to it, with dots between and lists passed
// by, as in contact.phone; "" where it is not found. Types that read JSON by themselves take what they like.
func unknownField(t reflect.Type, body []byte, name string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return ""
	}
	var list []json.RawMessage
	var fields map[string]json.RawMessage
	switch t.Kind() {
	case reflect.Slice:
		_ = json.Unmarshal(body, &list)
	case reflect.Struct, reflect.Map:
		_ = json.Unmarshal(body, &fields)
	}
	for _, one := range list {
		if at := unknownField(t.Elem(), one, name); at != "" {
			return at
		}
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		of, known := fieldType(t, key)
		if !known && key == name {
			return key
		}
		if known {
			if at := unknownField(of, fields[key], name); at != "" {
				return key + "." + at
			}
		}
	}
	return ""
}

// fieldType gives the type of what stands under a key of an object; keys are compared as encoding/json does, whatever their case.
func fieldType(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && strings.EqualFold(cmp.Or(tag, f.Name), key) {
			return f.Type, true
		}
	}
	return nil, false
}

// given is how people say what encoding/json says that it found.
func given(value string) string {
	kind, number, _ := strings.Cut(value, " ")
	switch kind {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "number":
		return cmp.Or(number, "a number")
	}
	return value
}

func fieldOr(field, otherwise string) string {
	if field == "" {
		return otherwise
	}
	return field
}

func jsonKind(goKind string) string {
	switch {
	case strings.HasPrefix(goKind, "float"):
		return "a number"
	case strings.HasPrefix(goKind, "int"):
		return "a whole number"
	case goKind == "string":
		return "a text"
	case goKind == "bool":
		return "true or false"
	case goKind == "slice":
		return "a list"
	}
	return "an object"
}

// idempotencyKey checks what the contract says about the header.
func idempotencyKey(key string) error {
	visible := !strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' })
	if len(key) < shortestKey || len(key) > longestKey || !visible {
		return &fault.Error{Code: fault.Malformed, Field: "Idempotency-Key", Message: "The Idempotency-Key has 8 to 128 visible ASCII characters; a UUID does well."}
	}
	return nil
}

// pageSize gives how many entries a page has.
func pageSize(limit int, given bool) (int, error) {
	if !given {
		return defaultPage, nil
	}
	if limit < 1 || limit > largestPage {
		return 0, fault.Field("limit", "A page has 1 to %d entries.", largestPage)
	}
	return limit, nil
}

// bbox reads west,south,east,north in degrees; nil for an empty text.
func bbox(text string) (*orb.Bound, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	var v [4]float64
	for i := range v {
		var err error
		if len(parts) != len(v) {
			return nil, badBox()
		}
		if v[i], err = strconv.ParseFloat(strings.TrimSpace(parts[i]), 64); err != nil {
			return nil, badBox()
		}
	}
	ok := v[0] >= -180 && v[2] <= 180 && v[1] >= -90 && v[3] <= 90 && v[0] <= v[2] && v[1] <= v[3]
	if !ok {
		return nil, badBox()
	}
	return &orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, nil
}

func badBox() error {
	return fault.Field("bbox", "bbox is west,south,east,north in degrees, for example 119.44,32.19,119.48,32.23.")
}
