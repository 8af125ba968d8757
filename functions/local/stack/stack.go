// Package stack runs what infra/template.yaml describes on one machine, for tests and measurements: the built functions under an
// emulator of Lambda, an HTTP API before them, a table on a storage engine, a bucket for uploads and an issuer, all on loopback. Each
// function gets the environment, time and memory that the template gives it.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/lambdatest"
	"github.com/weige/weige/functions/internal/open311"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/issuer"
	"github.com/weige/weige/functions/local/objectserver"
)

// What the emulator tells the functions of themselves.
const (
	Region    = "us-east-1"
	AccessKey = "ASIALOCAL"
	SecretKey = "local"

	queueAddress = "https://sqs.us-east-1.amazonaws.com/000000000000/"
)

// Options says what to run on.
type Options struct {
	Endpoint    string            // of the storage engine
	Through     string            // an address that leads to Endpoint, which the functions use instead; empty for none
	Folder      string            // for the issuer's key and for uploads; is not cleared
	Roles       []issuer.DemoRole // who can sign in by Issuer.Mint
	Concurrency int               // most sandboxes of a function at once; 0 means 10
	Log         io.Writer         // takes what the functions print; nil drops it
}

// Stack is what runs. Close ends it.
type Stack struct {
	URL       string // of the HTTP API, such as http://127.0.0.1:40123
	Table     string
	Issuer    *issuer.Issuer
	IssuerURL string
	Functions map[string]*lambdatest.Function // by folder
	Specs     map[string]lambdatest.Spec      // how each was deployed

	endpoint   string
	queues     queues
	sent       sent
	mailbox    mailbox
	webSockets *webSocketAPI
	servers    []*http.Server
}

// largestUpload is larger than any the functions read by default.
const largestUpload = 256 << 20

// Start builds the functions for this machine, makes a table of its own and serves. The functions are Linux programs.
func Start(ctx context.Context, o Options) (s *Stack, err error) {
	s = &Stack{Table: "stack-" + uuid.NewString(), endpoint: o.Endpoint, Functions: map[string]*lambdatest.Function{}, Specs: map[string]lambdatest.Spec{}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	client := table.Dial(table.Settings{Region: Region, Endpoint: o.Endpoint, AccessKey: AccessKey, SecretKey: SecretKey})
	if err := table.Create(ctx, client, s.Table); err != nil {
		return nil, err
	}
	if err := s.signIn(o); err != nil {
		return nil, err
	}
	root, err := lambdatest.Repository()
	if err != nil {
		return nil, err
	}
	t, err := readTemplate(filepath.Join(root, "infra", "template.yaml"), map[string]string{"Table": s.Table, "OidcIssuer": s.IssuerURL, "Id": "local",
		"Parts": queueAddress + "parts", "Deliveries": queueAddress + "deliveries", "Intakes": queueAddress + "intakes", "LiveApi": "live", "MailDomain": "town.example", "DomainName": "pages.town.example", "AWS::Region": Region, "AWS::URLSuffix": "amazonaws.com"})
	if err != nil {
		return nil, err
	}
	functions, err := t.functions()
	if err != nil {
		return nil, err
	}
	buckets, err := s.buckets(o, functions["photos"].environment["UPLOADS_BUCKET"], functions["photos"].environment["PHOTOS_BUCKET"],
		functions["locate"].environment["SNAPSHOTS_BUCKET"])
	if err != nil {
		return nil, err
	}
	sqs, err := s.listen(&s.queues)
	if err != nil {
		return nil, err
	}
	s.webSockets = newWebSocketAPI(func() *lambdatest.Function { return s.Functions["live"] }, func(err error) {
		if o.Log != nil {
			_, _ = fmt.Fprintln(o.Log, err)
		}
	})
	connections, err := s.listen(s.webSockets.manage())
	if err != nil {
		return nil, err
	}
	ses, err := s.listen(&s.mailbox)
	if err != nil {
		return nil, err
	}
	engine := o.Endpoint
	if o.Through != "" {
		engine = o.Through
	}
	for folder, d := range functions {
		maps.Copy(d.environment, map[string]string{"DYNAMODB_ENDPOINT": engine, "S3_ENDPOINT": buckets, "SQS_ENDPOINT": sqs, "SES_ENDPOINT": ses})
		if d.environment["LIVE_URL"] != "" { // has no default of its own, as the addresses above do
			d.environment["LIVE_URL"] = connections + socket.Path
		}
		binary, err := lambdatest.Compile(ctx, "functions/"+folder)
		if err != nil {
			return nil, err
		}
		s.Specs[folder] = lambdatest.Spec{Name: folder, Binary: binary, Env: d.environment, Timeout: d.timeout, MemoryMB: d.memory,
			Concurrency: o.Concurrency, Log: o.Log}
		s.Functions[folder] = lambdatest.Deploy(s.Specs[folder])
	}
	return s, s.front()
}

// signIn runs an issuer in place of the one that the template's parameter names.
func (s *Stack) signIn(o Options) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.IssuerURL = "http://" + l.Addr().String() + "/issuer"
	s.Issuer, err = issuer.New(issuer.Config{URL: s.IssuerURL, KeyFile: filepath.Join(o.Folder, "issuer.key"), ClientID: "weige-web", Roles: o.Roles, Now: time.Now})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.serve(l, s.Issuer)
	return nil
}

// buckets runs the stores for uploads and for prints of photos, and gives their address.
func (s *Stack) buckets(o Options, names ...string) (string, error) {
	mux := http.NewServeMux()
	for _, name := range names {
		h, err := objectserver.New(objectserver.Config{Folder: filepath.Join(o.Folder, name), Bucket: name, Region: Region, AccessKey: AccessKey,
			SecretKey: SecretKey, MaxBytes: largestUpload, Posted: s.sent.put})
		if err != nil {
			return "", err
		}
		mux.Handle("/"+name, h)
		mux.Handle("/"+name+"/", h)
	}
	return s.listen(mux)
}

// front puts the HTTP API before the functions: every operation of the contract leads to the function that it names. The WebSocket API has
// the same address, as it has by CloudFront.
func (s *Stack) front() error {
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		return fmt.Errorf("read the contract: %w", err)
	}
	routes := map[string]*lambdatest.Function{}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			name, _ := operation.Extensions["x-weige-function"].(string)
			if f := s.Functions[name]; f != nil {
				routes[strings.ToUpper(method)+" "+path] = f
			} else if name != string(api.Local) {
				return fmt.Errorf("the template has no function %q, which serves %s %s", name, method, path)
			}
		}
	}
	for _, path := range []string{strings.TrimSuffix(open311.Root, "/"), open311.Root + "{proxy+}"} {
		routes["ANY "+path] = s.Functions["open311"]
	}
	mux := http.NewServeMux()
	mux.Handle("/", lambdatest.Front(routes))
	mux.Handle("GET "+socket.Path, &s.webSockets.sockets)
	s.URL, err = s.listen(mux)
	return err
}

func (s *Stack) listen(h http.Handler) (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.serve(l, h)
	return "http://" + l.Addr().String(), nil
}

func (s *Stack) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(l) }()
}

// Close ends the functions and the servers. The table stays with the engine.
func (s *Stack) Close() {
	for _, f := range s.Functions {
		f.Close()
	}
	for _, server := range s.servers {
		_ = server.Close()
	}
}
