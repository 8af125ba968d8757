package open311

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
)

// form is what a request says, in its address and in its body. An empty value is the same as none.
type form struct {
	values map[string][]string
	files  [][]byte // photos, in the order in which they were sent
}

// one gives the first value of a parameter; empty where there is none.
func (f *form) one(name string) string {
	for _, v := range f.values[name] {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// all gives the values of a parameter that may be repeated.
func (f *form) all(name string) (list []string) {
	for _, v := range f.values[name] {
		if v = strings.TrimSpace(v); v != "" {
			list = append(list, v)
		}
	}
	return list
}

// several gives the values of a parameter that is a list with commas.
func (f *form) several(name string) (list []string) {
	for _, v := range f.values[name] {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" && !slices.Contains(list, one) {
				list = append(list, one)
			}
		}
	}
	return list
}

// attributes gives the answers to questions: attribute[code]=value, or attribute[code][]=value for each of several.
func (f *form) attributes() map[string][]string {
	var all map[string][]string
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		code, ok := strings.CutPrefix(name, "attribute[")
		if !ok {
			continue
		}
		code, rest, ok := strings.Cut(code, "]")
		values := f.all(name)
		if !ok || rest != "" && rest != "[]" || len(values) == 0 {
			continue
		}
		if all == nil {
			all = map[string][]string{}
		}
		for _, v := range values {
			if !slices.Contains(all[code], v) {
				all[code] = append(all[code], v)
			}
		}
	}
	return all
}

// malformedAttribute gives the name of a parameter that looks like an attribute and is none; empty where all are well.
func (f *form) malformedAttribute() string {
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		code, ok := strings.CutPrefix(name, "attribute[")
		if !ok {
			if name == "attribute" && len(f.all(name)) > 0 {
				return name
			}
			continue
		}
		if code, rest, ok := strings.Cut(code, "]"); !ok || code == "" || rest != "" && rest != "[]" {
			return name
		}
	}
	return ""
}

// mostParts is how many parameters a request may have.
const mostParts = 500

// readForm reads query and body: form-urlencoded or multipart.
func (s *Server) readForm(w http.ResponseWriter, r *http.Request) (*form, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.New(fault.Malformed, "The parameters in the address cannot be read; brackets and other signs may be percent-encoded.")
	}
	f := &form{values: map[string][]string{}}
	f.add(query)
	if r.Method != http.MethodPost {
		return f, f.check()
	}
	most := min(s.BodyBytes, MaxBytes)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, fault.New(fault.TooLarge, "The request has more than the %d bytes that are taken here. Please send smaller photos, or fewer.", most)
	case err != nil:
		return nil, fault.New(fault.Malformed, "The request ended before it was whole. Please send it again.")
	}
	if err := f.addBody(r.Header.Get("Content-Type"), body); err != nil {
		return nil, err
	}
	return f, f.check()
}

func (f *form) addBody(contentType string, body []byte) error {
	kind, parameters, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return fault.New(fault.Malformed, "The body cannot be read as application/x-www-form-urlencoded.")
		}
		f.add(values)
		return nil
	case err == nil && kind == "multipart/form-data" && parameters["boundary"] != "":
		return f.addParts(multipart.NewReader(bytes.NewReader(body), parameters["boundary"]))
	case len(body) == 0:
		return nil
	}
	return &fault.Error{Code: fault.Malformed, Field: "Content-Type", Message: "Content-Type must be application/x-www-form-urlencoded or multipart/form-data."}
}

func (f *form) addParts(reader *multipart.Reader) error {
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil || n > mostParts {
			return fault.New(fault.Malformed, "The body cannot be read as multipart/form-data, or has too many parts.")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return fault.New(fault.Malformed, "The body cannot be read as multipart/form-data.")
		}
		if part.FileName() != "" {
			if err := f.addFile(part.FormName(), value); err != nil {
				return err
			}
			continue
		}
		f.add(url.Values{part.FormName(): {string(value)}})
	}
}

// addFile takes a photo, whatever its part is called: clients say media, media_url, or photo1, photo2. An empty one is what a form without a file
// sends.
func (f *form) addFile(name string, file []byte) error {
	if len(file) == 0 {
		return nil
	}
	if len(f.files) == report.MaxPhotos {
		return &fault.Error{Code: fault.Malformed, Field: name, Message: fmt.Sprintf("At most %d photos can be sent with a request.", report.MaxPhotos)}
	}
	if _, err := photo.CheckType(photo.KindOf(file)); err != nil {
		var why *fault.Error
		errors.As(err, &why)
		return &fault.Error{Code: fault.Malformed, Field: clip(name), Message: why.Message}
	}
	f.files = append(f.files, file)
	return nil
}

// add takes parameters, also those whose names some clients encode twice: attribute%5Bcode%5D in a part of a multipart body.
func (f *form) add(values url.Values) {
	for name, list := range values {
		if strings.HasPrefix(name, "attribute%") {
			if plain, err := url.QueryUnescape(name); err == nil {
				name = plain
			}
		}
		f.values[name] = append(f.values[name], list...)
	}
}

func (f *form) check() error {
	if len(f.values) > mostParts {
		return fault.New(fault.Malformed, "The request has too many parameters.")
	}
	for name, list := range f.values {
		for _, v := range list {
			if !utf8.ValidString(name) || !utf8.ValidString(v) {
				return fault.New(fault.Malformed, "The request is not UTF-8.")
			}
		}
	}
	return nil
}
