package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a process that ends with this one.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone

	mu   sync.Mutex
	last []byte // the end of what it printed
}

// startChild starts the process. On Linux the kernel kills a child when the *thread* that started it ends (prctl(2),
// PR_SET_PDEATHSIG), and Go ends threads as it likes; so the goroutine that starts it keeps its thread until the child is gone.
func startChild(cmd *exec.Cmd, log io.Writer) (*child, error) {
	c := &child{ended: make(chan struct{})}
	tie(cmd)
	c.cmd = cmd
	cmd.Stdout, cmd.Stderr = c.printed(log), c.printed(log)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // how it ended is of no use: it is stopped by signals
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// stop asks the process to end, and makes it end when it has not after the wait.
func (c *child) stop(wait time.Duration) {
	signalTree(c.cmd, syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(wait):
		c.kill()
	}
}

func (c *child) kill() {
	signalTree(c.cmd, syscall.SIGKILL)
	<-c.ended
}

const tailBytes = 2000

// printed gives a writer that keeps the end of what is written and passes all of it on.
func (c *child) printed(log io.Writer) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.last = append(c.last, p...)
		if n := len(c.last) - tailBytes; n > 0 {
			c.last = bytes.Clone(c.last[n:])
		}
		if log != nil {
			_, _ = log.Write(p) // a log that cannot be written must not stop the engine
		}
		return len(p), nil
	})
}

func (c *child) tail() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.TrimSpace(string(c.last))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

var errEnded = errors.New("it ended by itself")

// waitFor asks the endpoint for its tables until it answers, the process ends or the context does.
func waitFor(ctx context.Context, endpoint string, ended <-chan struct{}) error {
	client := &http.Client{Timeout: 5 * time.Second}
	var last error
	for {
		if last = ask(ctx, client, endpoint); last == nil {
			return nil
		}
		select {
		case <-ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), last)
		case <-time.After(20 * time.Millisecond):
		}
		if ended == nil && ctx.Err() == nil {
			// An engine that should be running already gets no time to come up.
			return last
		}
	}
}

// ask lists tables by hand: the smallest request that only a DynamoDB engine answers. The engines check the shape of the signature,
// not its value.
func ask(ctx context.Context, client *http.Client, endpoint string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/", strings.NewReader(`{"Limit":1}`))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	req.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1000))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s: %s", res.Status, body)
	}
	return nil
}
