// Package fault is the one shape in which the domain says what is wrong with what somebody asked for. The api turns a fault into
// an answer by a single table from code to status; whatever is not a fault is internal and never leaves the process.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is stable and meant for programs.
type Code string

// The codes the domain uses. The api holds the table from code to HTTP status.
const (
	Invalid       Code = "invalid"        // a field does not hold what it should
	Malformed     Code = "malformed"      // the body cannot be read at all
	TooLarge      Code = "too_large"      // over a configured limit
	Unknown       Code = "not_found"      // what is named does not exist, or not for the one who asks
	Unauthorized  Code = "unauthorized"   // no valid token where one is needed
	Forbidden     Code = "forbidden"      // a valid token that does not suffice
	Conflict      Code = "conflict"       // somebody else changed it meanwhile
	KeyReused     Code = "key_reused"     // an idempotency key came back with another body
	FaultyFile    Code = "faulty_file"    // an imported file has faults, listed
	NotReady      Code = "not_ready"      // the jurisdiction lacks what the request needs, such as boundaries
	TooMany       Code = "too_many"       // more often than is allowed; waiting helps
	Unavailable   Code = "unavailable"    // something outside does not answer; trying again later helps
	Undecided     Code = "undecided"      // the outcome of a write could not be learned; trying again with the same key is safe
	MethodUnknown Code = "method_unknown" // the address exists, the method does not
)

// Error is a refusal that may be shown to whoever asked.
type Error struct {
	Code    Code
	Message string // a sentence a person can act on
	Field   string // the field of the request it is about; empty where none is
	Details []Detail
	After   time.Duration // of TooMany: when trying again helps; 0 where that is not known
}

// Detail is one finding about something with many parts: a feature of a boundary set, a line of a roster, a routing rule.
type Detail struct {
	Kind     string
	Message  string
	Feature  int // position from 0; -1 where it is not about a feature
	Line     int // from 1; 0 where it is not about a line
	Rule     int // from 1; 0 where it is not about a rule
	Field    string
	Reason   string // what is wrong with a line, for programs; may be empty
	Level    string
	Code     string
	Other    string
	Same     *int   // position of the feature that is the same in what is wrong; nil where there is none
	Geometry []byte // GeoJSON geometry; nil where there is none
	Size     float64
	Unit     string
}

// Error gives the code, the field and the sentence, for logs.
func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// New makes a fault about no field in particular.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Field makes a fault about one field of the request.
func Field(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Is reports whether err is, or wraps, a fault with this code.
func Is(err error, code Code) bool {
	var f *Error
	return errors.As(err, &f) && f.Code == code
}
