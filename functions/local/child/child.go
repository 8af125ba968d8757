// Package child runs processes that never outlive this one, however this one ends.
package child

import (
	"bytes"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Child is a started process.
type Child struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // how it ended; to be read when ended is closed

	mu   sync.Mutex
	last []byte // the end of what it printed
}

// Start starts the command; what it prints goes to log, which may be nil. On Linux the kernel kills a child when the *thread* that
// started it ends (prctl(2), PR_SET_PDEATHSIG), and Go ends threads as it likes; so the goroutine that starts it keeps its thread
// until the child is gone.
func Start(cmd *exec.Cmd, log io.Writer) (*Child, error) {
	c := &Child{cmd: cmd, ended: make(chan struct{})}
	tie(cmd)
	printed := &printer{child: c, log: log}
	cmd.Stdout, cmd.Stderr = printed, printed
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// Ended is closed when the process is gone.
func (c *Child) Ended() <-chan struct{} { return c.ended }

// Err waits until the process is gone and says how it ended, as exec.Cmd.Wait does: nil for exit status 0.
func (c *Child) Err() error {
	<-c.ended
	return c.err
}

// Stop asks the process to end, makes it end when it has not after the wait, and comes back when it is gone.
func (c *Child) Stop(wait time.Duration) {
	signalGroup(c.cmd, syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(wait):
		c.Kill()
	}
}

// Kill ends the process at once, as a crash would, and comes back when it is gone.
func (c *Child) Kill() {
	signalGroup(c.cmd, syscall.SIGKILL)
	<-c.ended
}

const tailBytes = 2000

// Tail gives the end of what the process printed, for errors.
func (c *Child) Tail() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.TrimSpace(string(c.last))
}

// printer keeps the end of what is written and passes all of it on. It is used by its address, by which package exec sees that both
// outputs go to the same place and keeps their order.
type printer struct {
	child *Child
	log   io.Writer
}

func (p *printer) Write(b []byte) (int, error) {
	c := p.child
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = append(c.last, b...)
	if n := len(c.last) - tailBytes; n > 0 {
		c.last = bytes.Clone(c.last[n:])
	}
	if p.log != nil {
		_, _ = p.log.Write(b) // a log that cannot be written must not stop the child
	}
	return len(b), nil
}
