package lambdatest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Build gives the path of a function's binary, built as it is for Lambda but for this machine's architecture. The package is a folder
// from the root of this repository, such as "functions/reports". A test binary builds each once.
func Build(t testing.TB, folder string) (binary string) {
	t.Helper()
	build, _ := builds.LoadOrStore(folder, sync.OnceValues(func() (string, error) { return Compile(context.Background(), folder) }))
	binary, err := build.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var builds sync.Map // folder → func() (string, error)

// Compile is Build outside of tests. Binaries go to scripts/.cache, each to its own place; one that runs is replaced without harm.
func Compile(ctx context.Context, folder string) (binary string, err error) {
	root, err := Repository()
	if err != nil {
		return "", err
	}
	target := filepath.Join(root, "scripts", ".cache", "lambda", filepath.FromSlash(folder))
	if err := os.MkdirAll(target, 0o755); err != nil {
		return "", err
	}
	half, err := os.MkdirTemp(target, "half-") // several test binaries may build at once
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(half)
	// As scripts/build does, but for the architecture.
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid=",
		"-o", filepath.Join(half, "bootstrap"), "./"+folder)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", folder, err, out)
	}
	binary = filepath.Join(target, "bootstrap")
	return binary, os.Rename(filepath.Join(half, "bootstrap"), binary)
}

// Repository gives the folder of this repository: the first at or above the working folder that has a go.mod.
func Repository() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", errors.New("not inside the repository")
		}
		folder = up
	}
}
