package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// statuses is the one table from code to HTTP status.
var statuses = map[fault.Code]int{
	fault.Invalid:       http.StatusUnprocessableEntity,
	fault.Malformed:     http.StatusBadRequest,
	fault.TooLarge:      http.StatusRequestEntityTooLarge,
	fault.Unknown:       http.StatusNotFound,
	fault.Unauthorized:  http.StatusUnauthorized,
	fault.Forbidden:     http.StatusForbidden,
	fault.Conflict:      http.StatusConflict,
	fault.KeyReused:     http.StatusUnprocessableEntity,
	fault.FaultyFile:    http.StatusUnprocessableEntity,
	fault.NotReady:      http.StatusConflict,
	fault.TooMany:       http.StatusTooManyRequests,
	fault.Unavailable:   http.StatusServiceUnavailable,
	fault.Undecided:     http.StatusServiceUnavailable,
	fault.MethodUnknown: http.StatusMethodNotAllowed,
}

// internal is all that is shown of an error that is no fault.
var internal = &fault.Error{Code: "internal", Message: "Something went wrong on our side; it was noted. Trying again with the same Idempotency-Key is safe."}

// fail answers with an error. What is no fault is logged and not shown.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.failWith(w, r, err, StaffReport{})
}

// failWith answers with an error and, on a conflict, with the report as it is now.
func (s *Server) failWith(w http.ResponseWriter, r *http.Request, err error, current StaffReport) {
	var f *fault.Error
	status := http.StatusInternalServerError
	if errors.As(err, &f) {
		status = statuses[f.Code]
	} else {
		f = internal
		if r.Context().Err() == nil || !errors.Is(err, context.Canceled) {
			// The pattern, not the address: addresses hold tracking codes.
			s.Log.ErrorContext(r.Context(), "failed", "pattern", r.Pattern, "error", err)
		}
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="weige"`)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(cmp.Or(f.After, time.Hour).Seconds()))))
	}
	answer(w, status, Error{Code: string(f.Code), Message: f.Message, Field: f.Field, Faults: viewFaults(f.Details), Current: current})
}

// badParameter answers what the generated code could not read of path, query or headers.
func (s *Server) badParameter(w http.ResponseWriter, r *http.Request, err error) {
	s.fail(w, r, parameterFault(err))
}

func parameterFault(err error) *fault.Error {
	var (
		format    *InvalidParamFormatError
		needed    *RequiredParamError
		header    *RequiredHeaderError
		many      *TooManyValuesForParamError
		unmarshal *UnmarshalingParamError
	)
	switch {
	case errors.As(err, &format):
		return &fault.Error{Code: fault.Malformed, Field: format.ParamName, Message: "The value of " + format.ParamName + " is not of the kind it should be."}
	case errors.As(err, &needed):
		return &fault.Error{Code: fault.Malformed, Field: needed.ParamName, Message: needed.ParamName + " is missing."}
	case errors.As(err, &header):
		return &fault.Error{Code: fault.Malformed, Field: header.ParamName, Message: "The header " + header.ParamName + " is missing."}
	case errors.As(err, &many):
		return &fault.Error{Code: fault.Malformed, Field: many.ParamName, Message: many.ParamName + " is given more than once."}
	case errors.As(err, &unmarshal):
		return &fault.Error{Code: fault.Malformed, Field: unmarshal.ParamName, Message: "The value of " + unmarshal.ParamName + " cannot be read."}
	}
	return fault.New(fault.Malformed, "The address or its parameters cannot be read.")
}

// answer writes JSON. The value is one of the contract's, which always encodes.
func answer(w http.ResponseWriter, status int, value any) {
	answerAs(w, status, "application/json", value)
}

func answerAs(w http.ResponseWriter, status int, contentType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, `{"code":"internal","message":"The answer could not be written."}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
