package lambdatest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
)

// BodyBytes is the most that an HTTP API takes, see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const BodyBytes = 10 << 20

// Front is an HTTP API before functions: requests become events of payload format 2.0, and what the functions answer becomes answers.
// The keys are routes as API Gateway writes them, "GET /v1/{jurisdiction}", "ANY /files/{path+}" or "$default". The JWT authorizer is
// left out: the functions check tokens themselves.
func Front(routes map[string]*Function) http.Handler {
	mux := http.NewServeMux()
	for route, function := range routes {
		h := &integration{route: route, function: function}
		if route == "$default" {
			mux.Handle("/", h)
			continue
		}
		pattern := strings.ReplaceAll(strings.TrimPrefix(route, "ANY "), "+}", "...}")
		for _, part := range strings.Split(pattern, "/") {
			if strings.HasPrefix(part, "{") {
				h.parameters = append(h.parameters, strings.TrimRight(strings.Trim(part, "{}"), "."))
			}
		}
		mux.Handle(pattern, h)
	}
	if _, ok := routes["$default"]; !ok {
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { message(w, http.StatusNotFound, "Not Found") })
	}
	return mux
}

type integration struct {
	route      string
	parameters []string
	function   *Function
}

// ServeHTTP invokes the function with the request. What goes wrong is answered as API Gateway does, without a reason.
func (i *integration) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, BodyBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	if err != nil {
		message(w, http.StatusBadRequest, "Bad Request")
		return
	}
	payload, err := json.Marshal(i.event(r, body))
	if err != nil {
		message(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	if len(payload) > PayloadBytes {
		message(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	result, err := i.function.Invoke(r.Context(), payload)
	var failure *FunctionError
	switch {
	case errors.Is(err, ErrThrottled), errors.As(err, &failure) && failure.Type == "Sandbox.Timedout":
		message(w, http.StatusServiceUnavailable, "Service Unavailable")
	case err != nil:
		message(w, http.StatusInternalServerError, "Internal Server Error")
	default:
		answer(w, result.Payload)
	}
}

func (i *integration) event(r *http.Request, body []byte) events.APIGatewayV2HTTPRequest {
	now := time.Now().UTC()
	address, port, _ := net.SplitHostPort(r.RemoteAddr)
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: i.route, RawQueryString: r.URL.RawQuery,
		RawPath: r.URL.Path, // HTTP APIs hand it over decoded
		Headers: map[string]string{"host": r.Host, "x-forwarded-for": address, "x-forwarded-port": port, "x-forwarded-proto": "http"},
	}
	for name, values := range r.Header {
		if name == "Cookie" {
			for _, c := range strings.Split(strings.Join(values, "; "), ";") {
				e.Cookies = append(e.Cookies, strings.TrimSpace(c))
			}
			continue
		}
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	for name, values := range r.URL.Query() {
		if e.QueryStringParameters == nil {
			e.QueryStringParameters = map[string]string{}
		}
		e.QueryStringParameters[name] = strings.Join(values, ",")
	}
	for _, name := range i.parameters {
		if e.PathParameters == nil {
			e.PathParameters = map[string]string{}
		}
		e.PathParameters[name] = r.PathValue(name)
	}
	e.RequestContext = events.APIGatewayV2HTTPRequestContext{
		RouteKey: i.route, AccountID: "123456789012", Stage: "$default", RequestID: uuid.NewString(), APIID: "local",
		DomainName: r.Host, DomainPrefix: "local", Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
		HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: r.Method, Path: r.URL.Path, Protocol: r.Proto,
			SourceIP: address, UserAgent: r.UserAgent()},
	}
	if plain(r.Header, body) {
		e.Body = string(body)
	} else {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

// plain reports whether a body is handed over as it is; API Gateway encodes what is not one of a few types of text.
func plain(h http.Header, body []byte) bool {
	if len(body) == 0 {
		return true
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	text := strings.HasPrefix(kind, "text/") || kind == "application/json" || kind == "application/xml" || kind == "application/javascript"
	return text && h.Get("Content-Encoding") == "" && utf8.Valid(body)
}

// answer sends what a function answered.
func answer(w http.ResponseWriter, payload []byte) {
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(payload, &res); err != nil || res.StatusCode == 0 {
		// Without a status, whatever the function gave is the body.
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(payload)
		return
	}
	body := []byte(res.Body)
	if res.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(res.Body); err != nil {
			message(w, http.StatusInternalServerError, "Internal Server Error")
			return
		}
	}
	for name, value := range res.Headers {
		w.Header().Set(name, value)
	}
	for _, c := range res.Cookies {
		w.Header().Add("Set-Cookie", c)
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(body)
}

// message answers as API Gateway itself does.
func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": text})
}
