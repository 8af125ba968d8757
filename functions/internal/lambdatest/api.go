package lambdatest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const apiVersion = "/2018-06-01"

// api is the Runtime API for one sandbox.
func (s *sandbox) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiVersion+"/runtime/invocation/next", s.next)
	mux.HandleFunc("POST "+apiVersion+"/runtime/invocation/{id}/response", s.response)
	mux.HandleFunc("POST "+apiVersion+"/runtime/invocation/{id}/error", s.invocationError)
	mux.HandleFunc("POST "+apiVersion+"/runtime/init/error", s.initError)
	return mux
}

// next ends the work in hand and waits for more.
func (s *sandbox) next(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.started, s.current = true, nil
	s.mu.Unlock()
	select {
	case s.asked <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	var inv *invocation
	select {
	case inv = <-s.work:
	case <-r.Context().Done():
		return
	}
	s.mu.Lock()
	s.current = inv
	s.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:"+s.spec.Name)
	h.Set("Lambda-Runtime-Trace-Id", trace())
	_, _ = w.Write(inv.payload)
}

// trace makes a header as X-Ray's.
func trace() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), hex.EncodeToString(b[:12]), hex.EncodeToString(b[12:]))
}

func (s *sandbox) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, PayloadBytes+1))
	if err == nil && len(body) > PayloadBytes {
		err = errTooLarge
	}
	s.finish(w, r, func(inv *invocation) (int, string) {
		switch {
		case err == errTooLarge:
			inv.err = &FunctionError{Type: "Function.ResponseSizeTooLarge",
				Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", PayloadBytes)}
			return http.StatusRequestEntityTooLarge, "RequestEntityTooLarge"
		case err != nil:
			return http.StatusBadRequest, "InvalidBody"
		}
		inv.answered, inv.answer = true, body
		return http.StatusAccepted, ""
	})
}

func (s *sandbox) invocationError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, PayloadBytes))
	s.finish(w, r, func(inv *invocation) (int, string) {
		if err != nil {
			return http.StatusBadRequest, "InvalidBody"
		}
		inv.err = readError(body)
		return http.StatusAccepted, ""
	})
}

// finish lets f note what came of the work in hand, once, if it is the one the process speaks of.
func (s *sandbox) finish(w http.ResponseWriter, r *http.Request, f func(*invocation) (status int, errorType string)) {
	s.mu.Lock()
	status, kind := http.StatusBadRequest, "InvalidRequestID"
	if inv := s.current; inv != nil && inv.id == r.PathValue("id") {
		if inv.answered || inv.err != nil {
			status, kind = http.StatusForbidden, "InvalidStateTransition"
		} else {
			status, kind = f(inv)
		}
	}
	s.mu.Unlock()
	reply(w, status, kind)
}

func (s *sandbox) initError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, PayloadBytes))
	s.mu.Lock()
	accepted := err == nil && !s.started && s.initErr == nil
	if accepted {
		s.initErr = readError(body)
		close(s.failed)
	}
	s.mu.Unlock()
	if !accepted {
		reply(w, http.StatusForbidden, "InvalidStateTransition")
		return
	}
	reply(w, http.StatusAccepted, "")
}

func reply(w http.ResponseWriter, status int, errorType string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if errorType == "" {
		_, _ = io.WriteString(w, `{"status":"OK"}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, errorType, errorType)
}
