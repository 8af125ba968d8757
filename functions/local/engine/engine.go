// Package engine finds a storage engine that speaks the DynamoDB API, starts it as a child process on a free loopback port and
// waits until it answers. The child never outlives this process, however this process ends.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/weige/weige/functions/local/child"
)

// Kind names an engine.
type Kind string

// The engines.
const (
	Any           Kind = ""               // the first that is there, in the order below
	Dynoxide      Kind = "dynoxide"       // SQLite-backed; from the PATH or from the npm package @dynoxide/<platform>
	DynamoDBLocal Kind = "dynamodb-local" // Amazon's own, on Java 17
	running       Kind = "running"        // was there already, at Options.Endpoint
)

// Options says which engine to start and where it keeps its data.
type Options struct {
	Kind Kind

	// Endpoint of an engine that is running already, such as "http://127.0.0.1:8000". When set nothing is started.
	Endpoint string

	// File is where the data is kept; empty keeps it in memory. Dynoxide makes a file of this name, DynamoDB Local a folder of
	// this name with ".dynamodb-local" behind it, so that a change of engine never finds the other's data. One process at a time
	// may use it.
	File string

	// NodeModules is the folder searched for the npm package of dynoxide; empty means web/node_modules of this repository.
	NodeModules string

	// Jars is the folder with DynamoDB Local and all it needs; empty means scripts/.cache/dynamodb-local of this repository, which
	// is filled with Maven when it is not there.
	Jars string

	// Log takes what the engine prints; nil drops it.
	Log io.Writer
}

// Engine is a storage engine that answers at Endpoint. Any credentials and any region will do.
type Engine struct {
	Endpoint string // such as http://127.0.0.1:40123, no slash at the end
	Name     string // for people, such as "dynoxide (/usr/bin/dynoxide)"

	child  *child.Child
	unlock func()
}

// ErrNone is what Start gives when no engine is on this machine. Its text says what to install.
var ErrNone = errors.New("no storage engine found: run 'npm ci' in web/ (it brings dynoxide for x64 Linux), " +
	"put 'dynoxide' on the PATH, install Java 17 with Maven for DynamoDB Local, or set DYNAMODB_ENDPOINT to a running engine")

// startTries is how often another port is tried: between choosing a free port and the child's taking it someone else can.
const startTries = 4

// startWait is how long one start may take until the first answer. Java on a busy machine needs several seconds.
const startWait = 60 * time.Second

// Start gives an engine that answers. ErrNone (wrapped where a kind was asked for) means that it is not on this machine; another
// error means that it is there and did not come up. The context bounds the start, not the engine's life.
func Start(ctx context.Context, o Options) (*Engine, error) {
	if o.Endpoint != "" {
		if err := waitFor(ctx, o.Endpoint, nil); err != nil {
			return nil, fmt.Errorf("the storage engine at %s does not answer: %w", o.Endpoint, err)
		}
		return &Engine{Endpoint: o.Endpoint, Name: string(running)}, nil
	}
	program, err := find(ctx, o)
	if err != nil {
		return nil, err
	}
	unlock := func() {}
	if program.data != "" {
		if err := os.MkdirAll(filepath.Dir(program.data), 0o700); err != nil {
			return nil, fmt.Errorf("make the folder for the database: %w", err)
		}
		if unlock, err = lock(program.data+".lock", false); err != nil {
			return nil, fmt.Errorf("the database %s is in use by another process: stop that one first (%w)", program.data, err)
		}
	}
	e, err := program.start(ctx, o.Log)
	if err != nil {
		unlock()
		return nil, err
	}
	e.unlock = unlock
	if program.tuned {
		tune(ctx, program.data, o.Log)
	}
	return e, nil
}

// Stop ends the engine if Start started it, and waits until it is gone. It may be called more than once.
func (e *Engine) Stop() {
	if e == nil || e.child == nil {
		return
	}
	e.child.Stop(5 * time.Second)
	e.unlock()
}

// Ended is closed when the engine's process has ended, wanted or not. It is nil, and so never ready, for an engine that was running
// before.
func (e *Engine) Ended() <-chan struct{} {
	if e.child == nil {
		return nil
	}
	return e.child.Ended()
}

// Kill ends the engine with SIGKILL, as a crash would. Tests of durability use it.
func (e *Engine) Kill() {
	if e.child == nil {
		return
	}
	e.child.Kill()
	e.unlock()
}

// program is a command that can be started.
type program struct {
	name string
	data string // absolute path; empty in memory
	// tuned says that data is a file of dynoxide, to which indexes are added.
	tuned bool
	// command gives the call for a port.
	command func(port int) *exec.Cmd
}

func (p *program) start(ctx context.Context, log io.Writer) (*Engine, error) {
	var last error
	for range startTries {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
		c, err := child.Start(p.command(port), log)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", p.name, err)
		}
		wait, cancel := context.WithTimeout(ctx, startWait)
		last = waitFor(wait, endpoint, c.Ended())
		cancel()
		if last == nil {
			return &Engine{Endpoint: endpoint, Name: p.name, child: c, unlock: func() {}}, nil
		}
		c.Kill()
		last = fmt.Errorf("%s did not come up: %w; it printed: %s", p.name, last, c.Tail())
		if ctx.Err() != nil || !errors.Is(last, errEnded) {
			break
		}
	}
	return nil, last
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
