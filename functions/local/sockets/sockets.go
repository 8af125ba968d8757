// Package sockets keeps WebSocket connections on one machine, as API Gateway does in the cloud: by an id, with the same limits of time, so
// that clients meet here what they will meet there.
package sockets

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/weige/weige/functions/internal/live"
	"github.com/weige/weige/functions/internal/socket"
)

// Listener hears what happens on connections.
type Listener interface {
	Said(ctx context.Context, connection string, message []byte) error
	Left(ctx context.Context, connection string) error
}

// How long a connection may be silent and may last, see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const (
	silent  = 10 * time.Minute
	longest = 2 * time.Hour
)

// Connections that the machine takes at once, and how long it waits for one to take a message.
const (
	most     = 2_000
	patience = 3 * time.Second
)

// Sockets is all connections. It is an http.Handler that makes them, and a socket.Wire.
type Sockets struct {
	Listener Listener
	Failed   func(error)

	mu   sync.Mutex
	open map[string]*websocket.Conn
}

// ServeHTTP makes a connection and stays with it to its end. Pages of elsewhere are refused.
func (s *Sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	conn, err := s.accept(w, r, id)
	if err != nil {
		return // the answer is written
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), longest)
	defer cancel()
	s.listen(ctx, id, conn)
	s.forget(id)
	_ = conn.CloseNow()
	last, end := context.WithTimeout(context.Background(), patience)
	defer end()
	if err := s.Listener.Left(last, id); err != nil {
		s.Failed(err)
	}
}

func (s *Sockets) accept(w http.ResponseWriter, r *http.Request, id string) (*websocket.Conn, error) {
	s.mu.Lock()
	if s.open == nil {
		s.open = map[string]*websocket.Conn{}
	}
	full := len(s.open) >= most
	s.mu.Unlock()
	if full {
		http.Error(w, "Too many connections.", http.StatusServiceUnavailable)
		return nil, errors.New("full")
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(socket.MessageBytes + 1) // one more, so that the listener can say what is wrong
	s.mu.Lock()
	s.open[id] = conn
	s.mu.Unlock()
	return conn, nil
}

func (s *Sockets) listen(ctx context.Context, id string, conn *websocket.Conn) {
	for {
		wait, cancel := context.WithTimeout(ctx, silent)
		_, message, err := conn.Read(wait)
		cancel()
		if err != nil {
			return
		}
		if err := s.Listener.Said(ctx, id, message); err != nil {
			s.Failed(err)
		}
	}
}

func (s *Sockets) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
}

func (s *Sockets) find(id string) (*websocket.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn, ok := s.open[id]
	if !ok {
		return nil, live.ErrGone
	}
	return conn, nil
}

// Send implements socket.Wire.
func (s *Sockets) Send(ctx context.Context, connection string, message []byte) error {
	conn, err := s.find(connection)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if conn.Write(ctx, websocket.MessageText, message) != nil {
		return live.ErrGone // a connection ends with the first message that it does not take
	}
	return nil
}

// HangUp implements socket.Wire.
func (s *Sockets) HangUp(_ context.Context, connection string) error {
	conn, err := s.find(connection)
	if err != nil {
		return err
	}
	go func() { _ = conn.Close(websocket.StatusPolicyViolation, "") }() // waits for the other end, which must not hold up its reader
	return nil
}
