// Package enginetest gives tests the real storage engines: one process of each for a test binary, started when first asked for and
// killed by the kernel when the binary ends. Tests share it, so each makes tables of its own name.
package enginetest

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/weige/weige/functions/local/engine"
)

// shared is one engine for the whole test binary.
type shared struct {
	kind  engine.Kind
	start func() (*engine.Engine, error)
}

func share(kind engine.Kind) shared {
	return shared{kind, sync.OnceValues(func() (*engine.Engine, error) {
		return engine.Start(context.Background(), engine.Options{Kind: kind})
	})}
}

// A test process has no end at which it could stop them, so they live as long as it does.
var all = []shared{share(engine.Dynoxide), share(engine.DynamoDBLocal)}

// Each runs f once per engine, as a subtest named by it. An engine that this machine lacks is skipped by name; with CI=true that
// fails the test.
func Each(t *testing.T, f func(t *testing.T, endpoint string)) {
	t.Helper()
	for _, s := range all {
		t.Run(string(s.kind), func(t *testing.T) {
			f(t, s.endpoint(t))
		})
	}
}

// Default gives the engine that a single machine uses by default, for tests and benchmarks for which one is enough.
func Default(t testing.TB) (endpoint string) {
	t.Helper()
	return all[0].endpoint(t)
}

// TableName gives a name that no other test has.
func TableName() string { return "test-" + rand.Text() }

func (s shared) endpoint(t testing.TB) string {
	t.Helper()
	e, err := s.start()
	if errors.Is(err, engine.ErrNone) && os.Getenv("CI") != "true" {
		t.Skipf("%s: %v", s.kind, err)
	}
	if err != nil {
		t.Fatalf("%s: %v", s.kind, err)
	}
	return e.Endpoint
}
