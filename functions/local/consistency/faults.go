package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

// actor is somebody whose requests meet faults: the same ones for the same seed and name, whatever the others do.
type actor struct {
	name string
	mu   sync.Mutex
	rng  *rand.Rand
	n    int
	kill int // after how many requests it dies; 0 for never
	met  *schedule
}

type actorKey struct{}

// as gives a context whose requests are this actor's.
func as(ctx context.Context, a *actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// seeded gives the random numbers of something with a name.
func seeded(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// kindOfFault is what befalls a request.
type kindOfFault string

const (
	none      kindOfFault = ""
	throttle  kindOfFault = "throttle"  // the engine refuses it for now
	conflict  kindOfFault = "conflict"  // of a transaction with another one
	cut       kindOfFault = "cut"       // the line breaks before it arrives
	lost      kindOfFault = "lost"      // it arrives, and the answer is lost
	delay     kindOfFault = "delay"     // it arrives late
	twice     kindOfFault = "twice"     // it arrives twice
	death     kindOfFault = "death"     // whoever asks dies before it is sent
	deathLate kindOfFault = "deathlate" // whoever asks dies after it arrived
)

// chances are out of a thousand, of each request.
var chances = []struct {
	fault  kindOfFault
	chance int
}{{throttle, 10}, {conflict, 15}, {cut, 10}, {lost, 20}, {delay, 40}, {twice, 15}}

// next decides what befalls the actor's next request.
func (a *actor) next() (kindOfFault, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n++
	roll, wait := a.rng.IntN(1000), time.Duration(1+a.rng.IntN(15))*time.Millisecond
	late := a.rng.IntN(2) == 0
	if a.kill > 0 && a.n >= a.kill {
		fault := death
		if late {
			fault = deathLate
		}
		a.met.note(a.name, a.n, fault)
		return fault, 0
	}
	for _, c := range chances {
		if roll < c.chance {
			a.met.note(a.name, a.n, c.fault)
			return c.fault, wait
		}
		roll -= c.chance
	}
	return none, 0
}

// schedule is what befell whom. It is the same for the same seed as far as actors make the same number of requests.
type schedule struct {
	mu    sync.Mutex
	lines []string
	count map[kindOfFault]int
}

func (s *schedule) note(name string, n int, f kindOfFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf("%s request %d: %s", name, n, f))
	s.count[f]++
}

func (s *schedule) print(out io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.Strings(s.lines)
	for _, l := range s.lines {
		fmt.Fprintln(out, " ", l)
	}
}

// transport stands between the SDK and the engine.
type transport struct{ engine http.RoundTripper }

var errLine = errors.New("the line broke")

// RoundTrip implements http.RoundTripper. Requests of nobody in particular meet no faults.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	a, ok := r.Context().Value(actorKey{}).(*actor)
	if !ok {
		return t.engine.RoundTrip(r)
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fault, wait := a.next()
	switch {
	case fault == throttle:
		return refuse(r, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"too fast"}`), nil
	case fault == conflict && operation == "TransactWriteItems":
		return collide(r)
	case fault == cut:
		return nil, errLine
	case fault == death:
		runtime.Goexit()
	case fault == delay:
		time.Sleep(wait)
	case fault == twice:
		return t.twice(r)
	}
	answer, err := t.engine.RoundTrip(r)
	if fault == lost || fault == deathLate {
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		if fault == deathLate {
			runtime.Goexit()
		}
		return nil, errLine
	}
	return answer, err
}

// twice sends a request two times and gives the first answer.
func (t transport) twice(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	again := r.Clone(r.Context())
	r.Body, again.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
	answer, err := t.engine.RoundTrip(r)
	if second, errSecond := t.engine.RoundTrip(again); errSecond == nil {
		_, _ = io.Copy(io.Discard, second.Body)
		second.Body.Close()
	}
	return answer, err
}

func refuse(r *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusBadRequest, Status: "400 Bad Request", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// collide answers as the engine does to a transaction that met another one.
func collide(r *http.Request) (*http.Response, error) {
	var in struct{ TransactItems []json.RawMessage }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	reasons := make([]string, len(in.TransactItems))
	for i := range reasons {
		reasons[i] = `{"Code":"None"}`
	}
	reasons[0] = `{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}`
	return refuse(r, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled","CancellationReasons":[`+strings.Join(reasons, ",")+`]}`), nil
}
