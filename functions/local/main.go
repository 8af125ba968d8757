// Command local is the whole product in one process on one machine: the handlers that run as Lambda functions in the cloud, the
// storage engine as a child process, the object store over a folder, the stream, the sign-in of the demo, and the map client.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/weige/weige/functions/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "weige: "+err.Error())
		os.Exit(1)
	}
}

// run starts everything and, when the context ends, ends everything it started.
func run(ctx context.Context, getenv func(string) string) error {
	local, errLocal := config.ReadLocal(getenv)
	c, err := config.Read(getenv)
	if err := errors.Join(errLocal, err); err != nil {
		return err
	}
	// The port first: it is the likeliest to be taken, and nothing has been started yet.
	listener, err := listen(local, c)
	if err != nil {
		return err
	}
	defer listener.Close()
	h, err := open(ctx, local, c, "http://"+listener.Addr().String())
	if err != nil {
		return err
	}
	defer h.close()

	server := &http.Server{Handler: h.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	background, cancel := context.WithCancel(ctx)
	defer cancel()
	go h.follow(background)
	go h.sweep(background)
	go h.parts.work(background, h.server.Jobs.Worker.Handle, h.log)
	go h.prompt.work(background, h.deliver.Handle, h.log)
	go h.intakes.work(background, h.server.Gazetteers.Carry, h.log)
	go h.rounds(background)
	go h.sent.work(background, h.dark.Develop, h.log)
	go h.develop(background)
	go func() {
		if err := h.prepare(background); err != nil && background.Err() == nil {
			failed <- fmt.Errorf("the demo could not be loaded: %w", err)
		}
	}()
	select {
	case <-ctx.Done():
		say("Stopping.")
	case <-h.engine.Ended():
		err = errors.New("the storage engine ended; start again, nothing that was acknowledged is lost")
	case err = <-failed:
	}
	bounded, end := context.WithTimeout(context.Background(), 3*time.Second)
	defer end()
	_ = server.Shutdown(bounded)
	return err
}

// listen takes the port. Without an issuer of its own the server signs anybody in, so that it may be reached from this machine only.
func listen(local config.LocalConfig, c config.Config) (net.Listener, error) {
	ip := net.ParseIP(local.Host)
	if c.Issuer == "" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("HOST is %s, but the demo sign-in must not be reachable from other machines: set OIDC_ISSUER, or HOST=127.0.0.1", local.Host)
	}
	l, err := net.Listen("tcp", net.JoinHostPort(local.Host, local.Port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %s is in use: end what uses it, or choose another, for example PORT=8081 ./scripts/run", local.Port)
	}
	if errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("port %s is not allowed for this user: choose one above 1024, for example PORT=8080 ./scripts/run", local.Port)
	}
	return l, err
}

// say tells the person at the terminal what goes on.
func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }
