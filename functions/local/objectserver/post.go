package objectserver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// mostFields bounds the bytes of all fields before the file, which S3 bounds to 20 KB.
const mostFields = 20 << 10

// post takes a file by a form whose policy was signed, as S3 does: gofakes3 takes such forms without looking at the policy.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
type post struct {
	Config
	bucket *bucket
}

// refusal is an answer of S3's to a form.
type refusal struct {
	status int
	code   string
	words  string
}

func (r refusal) Error() string { return r.code + ": " + r.words }

func denied(format string, args ...any) error {
	return refusal{http.StatusForbidden, "AccessDenied", fmt.Sprintf(format, args...)}
}

func (p post) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := p.take(r)
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var no refusal
	if !errors.As(err, &no) {
		no = refusal{http.StatusInternalServerError, "InternalError", "The file could not be stored."}
	}
	body, _ := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: no.code, Message: no.words})
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(no.status)
	_, _ = w.Write(append([]byte(xml.Header), body...))
}

func (p post) take(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return refusal{http.StatusBadRequest, "MalformedPOSTRequest", "The body is no multipart/form-data."}
	}
	fields, file, err := readFields(parts)
	if err != nil {
		return err
	}
	allowed, err := p.check(fields)
	if err != nil {
		return err
	}
	blob, err := io.ReadAll(io.LimitReader(file, allowed.most+1))
	switch {
	case err != nil:
		return refusal{http.StatusBadRequest, "IncompleteBody", "The form ended in the middle of the file."}
	case int64(len(blob)) > allowed.most:
		return refusal{http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"}
	case int64(len(blob)) < allowed.least:
		return refusal{http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"}
	}
	key, meta := fields["key"], map[string]string{}
	if kind, ok := fields["content-type"]; ok {
		meta["Content-Type"] = kind
	}
	if _, err = p.bucket.PutObject(r.Context(), p.Bucket, key, meta, bytes.NewReader(blob), int64(len(blob))); err == nil && p.Posted != nil {
		p.Posted(key)
	}
	return err
}

// readFields reads the fields up to the file, by their names in small letters; whatever comes after the file is ignored, as S3 does.
func readFields(parts *multipart.Reader) (map[string]string, *multipart.Part, error) {
	fields, left := map[string]string{}, int64(mostFields)
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, nil, refusal{http.StatusBadRequest, "InvalidArgument", "POST requires exactly one file upload per request."}
		}
		name := strings.ToLower(part.FormName())
		if name == "file" {
			return fields, part, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if left -= int64(len(value)); err != nil || left < 0 {
			return nil, nil, refusal{http.StatusBadRequest, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large."}
		}
		if _, twice := fields[name]; twice {
			return nil, nil, refusal{http.StatusBadRequest, "InvalidArgument", "The field " + name + " is given twice."}
		}
		fields[name] = string(value)
	}
}

// size is what a policy says of the length of the file.
type size struct{ least, most int64 }

// check holds the fields against the signature and the policy.
func (p post) check(fields map[string]string) (size, error) {
	allowed := size{0, p.MaxBytes}
	if fields["policy"] == "" {
		return allowed, denied("Access Denied") // S3 takes forms without a policy for buckets that anybody may write to
	}
	if err := p.signed(fields); err != nil {
		return allowed, err
	}
	var policy struct {
		Expiration time.Time `json:"expiration"`
		Conditions []any     `json:"conditions"`
	}
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil || json.Unmarshal(text, &policy) != nil {
		return allowed, refusal{http.StatusBadRequest, "InvalidPolicyDocument", "The policy cannot be read."}
	}
	if !p.Now().Before(policy.Expiration) {
		return allowed, denied("Invalid according to Policy: Policy expired.")
	}
	named := map[string]bool{"x-amz-signature": true, "policy": true}
	values := map[string]string{"bucket": p.Bucket}
	for name, v := range fields {
		values[name] = v
	}
	for _, c := range policy.Conditions {
		if err := hold(c, values, named, &allowed); err != nil {
			return allowed, err
		}
	}
	for name := range fields {
		if !named[name] && !strings.HasPrefix(name, "x-ignore-") {
			return allowed, denied("Invalid according to Policy: Extra input fields: %s", name)
		}
	}
	if fields["key"] == "" || !named["key"] {
		return allowed, denied("Invalid according to Policy: the key is not in it")
	}
	return allowed, nil
}

// hold checks one condition: {"name": "value"}, ["eq"|"starts-with", "$name", "value"], or ["content-length-range", least, most].
func hold(condition any, values map[string]string, named map[string]bool, allowed *size) error {
	failed := func() error {
		text, _ := json.Marshal(condition)
		return denied("Invalid according to Policy: Policy Condition failed: %s", text)
	}
	switch c := condition.(type) {
	case map[string]any:
		for name, want := range c {
			name = strings.ToLower(name)
			named[name] = true
			if v, ok := values[name]; !ok || v != want {
				return failed()
			}
		}
		return nil
	case []any:
		if len(c) != 3 {
			break
		}
		operator, _ := c[0].(string)
		if strings.EqualFold(operator, "content-length-range") {
			least, okLeast := number(c[1])
			most, okMost := number(c[2])
			if !okLeast || !okMost {
				break
			}
			allowed.least, allowed.most = max(allowed.least, least), min(allowed.most, most)
			return nil
		}
		field, _ := c[1].(string)
		want, isText := c[2].(string)
		name, ok := strings.CutPrefix(strings.ToLower(field), "$")
		v, there := values[name]
		if !ok || !isText {
			break
		}
		named[name] = true
		if there && (operator == "eq" && v == want || operator == "starts-with" && strings.HasPrefix(v, want)) {
			return nil
		}
		return failed()
	}
	return refusal{http.StatusBadRequest, "InvalidPolicyDocument", "The policy holds a condition that is not understood."}
}

func number(v any) (int64, bool) {
	switch n := v.(type) {
	case float64:
		return int64(n), true
	case string:
		i, err := strconv.ParseInt(n, 10, 64)
		return i, err == nil
	}
	return 0, false
}

// signed checks the signature of the policy, by AWS's version 4.
func (p post) signed(fields map[string]string) error {
	scope := strings.Split(fields["x-amz-credential"], "/")
	if fields["x-amz-algorithm"] != "AWS4-HMAC-SHA256" || len(scope) != 5 {
		return denied("Access Denied")
	}
	if scope[0] != p.AccessKey {
		return refusal{http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	}
	key := []byte("AWS4" + p.SecretKey)
	for _, part := range scope[1:] {
		key = mac(key, part)
	}
	got, err := hex.DecodeString(fields["x-amz-signature"])
	if scope[3] != "s3" || scope[4] != "aws4_request" || err != nil || !hmac.Equal(got, mac(key, fields["policy"])) {
		return refusal{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."}
	}
	return nil
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	io.WriteString(m, text)
	return m.Sum(nil)
}
