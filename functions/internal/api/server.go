// Package api is the HTTP face: it decodes requests against the contract (openapi.yaml), asks access whether they may be, calls the
// domain, and answers. It never touches storage.
package api

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/application"
	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/boundary"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/export"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/subscription"
	"github.com/weige/weige/functions/internal/webhook"
)

// Contract is the OpenAPI document.
//
//go:embed openapi.yaml
var Contract []byte

// Function names the functions that serve the contract, as its extension x-weige-function does.
type Function string

// The functions that answer HTTP requests.
const (
	Reports       Function = "reports"
	Locate        Function = "locate"
	Boundaries    Function = "boundaries"
	Assignments   Function = "assignments"
	Subscriptions Function = "subscriptions"
	Photos        Function = "photos"
	Exports       Function = "exports"
	Local         Function = "local" // what only the one process of one machine answers
)

// served says which function answers which operation. A test holds it against the contract.
var served = map[Function][]string{
	Reports: {"/feeds", "POST /v1/{jurisdiction}/reports", "GET /v1/{jurisdiction}/reports", "GET /v1/{jurisdiction}/reports/track/{code}",
		"POST /v1/{jurisdiction}/reports/track/{code}/reopening", "POST /v1/{jurisdiction}/reports/track/{code}/notes",
		"POST /v1/{jurisdiction}/reports/track/{code}/confirmation", "POST /v1/{jurisdiction}/reports/track/{code}/words-withdrawal", "/imports"},
	Locate:        {"GET /v1/{jurisdiction}", "GET /v1/{jurisdiction}/locate", "/addresses"},
	Boundaries:    {"/boundary-sets", "/boundary-uploads", "/gazetteer", "/boundary-drawings"},
	Assignments:   {"PUT /v1/{jurisdiction}", "/roster", "/routing-rules", "/queue", "/counts", "/duties", "/changes", "/reports/{report}", "/contact-readings", "/reassignments", "/rehomings"},
	Subscriptions: {"/deliveries", "/applications", "/webhooks", "/subscriptions", "/staff-subscriptions", "/push-key"},
	Exports:       {"/exports/"},
	Photos: {"POST /v1/{jurisdiction}/photos", "GET /v1/{jurisdiction}/photos/{photo}", "GET /v1/{jurisdiction}/reports/track/{code}/photos",
		"POST /v1/{jurisdiction}/reports/track/{code}/photos", "GET /v1/{jurisdiction}/photos", "POST /v1/{jurisdiction}/reports/{report}/photos",
		"PUT /v1/{jurisdiction}/reports/{report}/photos/{photo}/release", "GET /v1/{jurisdiction}/released-photos", "GET /v1/{jurisdiction}/released-photos/{photo}"},
	Local: {"GET /healthz"},
}

// Authenticator tells who asks; see access.Verifier.
type Authenticator interface {
	Authenticate(ctx context.Context, authorization string) (access.Principal, error)
}

// Server holds what the operations need. A function that does not serve an operation may leave nil what only that operation needs.
type Server struct {
	Books       *jurisdiction.Books
	Writer      jurisdiction.Writer
	Router      *assignment.Router
	Reports     *report.Desk
	Assignments *assignment.Desk
	Jobs        *job.Desk
	RosterDesk  *assignment.RosterDesk
	RuleDesk    *assignment.RuleDesk
	Simulator   *assignment.Simulator
	Boundaries  *boundary.Desk
	Gazetteers  *gazetteer.Desk
	Outbox      *delivery.Outbox
	Graveyard   delivery.Graveyard
	Photos      *photo.Desk
	Exports     *export.Desk
	Who         Authenticator
	May         *access.Authorizer
	Now         func() time.Time
	Log         *slog.Logger
	BodyBytes   int64       // largest JSON body
	Ready       func() bool // nil means always

	Applications  *application.Desk
	Subscriptions *subscription.Desk
	Webhooks      *webhook.Desk
}

// Handler answers the operations of the given functions and nothing else.
func (s *Server) Handler(functions ...Function) http.Handler {
	mux := &chosen{ServeMux: http.NewServeMux(), functions: functions, unknown: s.fail}
	HandlerWithOptions(s, StdHTTPServerOptions{BaseRouter: mux, ErrorHandlerFunc: s.badParameter})
	mux.ServeMux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, mux.missing(w, r)) })
	return s.guard(Compress(mux))
}

// chosen registers the patterns of some functions only. The generated code hands over all of them.
type chosen struct {
	*http.ServeMux
	functions []Function
	unknown   func(http.ResponseWriter, *http.Request, error) // answers a query parameter that an operation does not have
}

// HandleFunc registers a pattern if one of the functions serves it.
func (c *chosen) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	if slices.Contains(c.functions, functionOf(pattern)) {
		c.ServeMux.HandleFunc(pattern, c.asked(pattern, handler))
	}
}

// asked refuses query parameters that the contract does not have: a filter that is written wrongly must not show everything. Readers of feeds may
// add their own.
func (c *chosen) asked(pattern string, handler http.HandlerFunc) http.HandlerFunc {
	if strings.Contains(pattern, "/feeds/") {
		return handler
	}
	known := queries[pattern]
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			for name := range r.URL.Query() {
				if !slices.Contains(known, name) {
					c.unknown(w, r, unknownQuery(name, known))
					return
				}
			}
		}
		handler(w, r)
	}
}

func unknownQuery(name string, known []string) error {
	message := "There is no such parameter here; there are none."
	if len(known) > 0 {
		message = "There is no such parameter here; there are " + strings.Join(known, ", ") + "."
	}
	if r := []rune(name); len(r) > 64 {
		name = string(r[:64]) + "…"
	}
	return &fault.Error{Code: fault.Malformed, Field: name, Message: message}
}

// missing tells an address that does not exist from a method it does not have; those it has are in the header Allow (RFC 9110, 15.5.6).
func (c *chosen) missing(w http.ResponseWriter, r *http.Request) error {
	var has []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := c.Handler(other); pattern != "" && pattern != "/v1/" {
			has = append(has, method)
		}
	}
	if len(has) == 0 {
		return fault.New(fault.Unknown, "There is nothing at this address.")
	}
	allow := strings.Join(has, ", ")
	w.Header().Set("Allow", allow)
	return fault.New(fault.MethodUnknown, "%s is not possible here; possible: %s.", r.Method, allow)
}

// functionOf finds the function that serves a pattern: by the whole pattern first, else by the part of its path.
func functionOf(pattern string) Function {
	for f, list := range served {
		if slices.Contains(list, pattern) {
			return f
		}
	}
	for f, list := range served {
		for _, part := range list {
			if strings.HasPrefix(part, "/") && strings.Contains(pattern, "/v1/{jurisdiction}"+part) {
				return f
			}
		}
	}
	return ""
}

// guard limits the body, turns a panic into an answer that shows nothing of it, and sets the headers all answers have.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.Log.ErrorContext(r.Context(), "panic", "pattern", r.Pattern, "panic", p, "stack", string(debug.Stack()))
				s.fail(w, r, errors.New("panic"))
			}
		}()
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// GetHealth answers whether the server is ready.
func (s *Server) GetHealth(w http.ResponseWriter, r *http.Request) {
	if s.Ready != nil && !s.Ready() {
		s.fail(w, r, fault.New(fault.Unavailable, "Starting: the demo is still being loaded."))
		return
	}
	answer(w, http.StatusOK, Health{Status: "ready"})
}

// principal tells who asks.
func (s *Server) principal(r *http.Request) (access.Principal, error) {
	p, err := s.Who.Authenticate(r.Context(), r.Header.Get("Authorization"))
	switch {
	case errors.Is(err, access.ErrIssuerUnavailable):
		return p, &fault.Error{Code: fault.Unavailable, Message: "The sign-in service does not answer right now. Please try again in a minute."}
	case err != nil:
		return p, &fault.Error{Code: fault.Unauthorized, Field: "Authorization", Message: "The token is not valid or has expired. Please sign in again."}
	}
	return p, nil
}

// permit gives the one who asks, if the policies allow the action on the resource. To someone without an account the answer
// is that a sign-in is needed, to others that theirs does not suffice.
func (s *Server) permit(r *http.Request, action access.Action, resource access.Resource) (access.Principal, error) {
	p, err := s.principal(r)
	if err != nil {
		return p, err
	}
	return p, s.allowed(p, action, resource)
}

func (s *Server) allowed(p access.Principal, action access.Action, resource access.Resource) error {
	switch {
	case s.May.Allow(p, action, resource):
		return nil
	case p.Person == "":
		return &fault.Error{Code: fault.Unauthorized, Field: "Authorization", Message: "Please sign in: this needs a bearer token."}
	}
	return fault.New(fault.Forbidden, "Your duties do not cover this. Ask the administrator of %s if they should.", resource.Jurisdiction)
}
