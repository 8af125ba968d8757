package gazetteer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/fault"
)

// Stage is how far an intake is.
type Stage string

// The stages of an intake. The last two are final.
const (
	Waiting   Stage = "waiting"   // nobody has begun it
	Reading   Stage = "reading"   // the file is being read, line by line
	Compiling Stage = "compiling" // every line was read
	Done      Stage = "done"      // in force; on a dry run: nothing speaks against it
	Refused   Stage = "refused"   // nothing was stored, and Problem says why
)

// Final reports whether nothing more happens to an intake.
func (s Stage) Final() bool { return s == Done || s == Refused }

// Intake is the import of a large file, which somebody orders and others do.
type Intake struct {
	ID, Jurisdiction string
	Country, Upload  string
	Name             string // of the file, for people; may be empty
	DryRun           bool
	By               string // person's id
	Expected         string // the version in force when it was ordered
	BeganAt          time.Time

	Stage     Stage
	Revision  int64 // counts changes, from 1
	ChangedAt time.Time
	Bytes     int64 // of the file
	Read      int64 // of them; a reader is some ahead of the lines
	Addresses int   // lines that were read as addresses
	Compiled  int   // addresses of those

	Code    fault.Code // why it was refused
	Problem string     // a sentence a person can act on
	Field   string
	Faults  []fault.Detail // of the file, by line
	Result  Import
}

// Intakes keeps intakes.
type Intakes interface {
	// NewIntake stores an intake; where one has its id it gives that one.
	NewIntake(ctx context.Context, i Intake) (Intake, error)
	// Intake gives an intake of a jurisdiction; fault.Unknown where there is none.
	Intake(ctx context.Context, jurisdiction, id string) (Intake, error)
	// LastIntakes gives those of a jurisdiction that were ordered last, newest first.
	LastIntakes(ctx context.Context, jurisdiction string, most int) ([]Intake, error)
	// ChangeIntake stores an intake whose Revision is one more than that of the stored one; fault.Conflict where it is not.
	ChangeIntake(ctx context.Context, i Intake) error
}

// Message asks for an intake to be done. It may be lost, come late and come often.
type Message struct {
	Jurisdiction, Intake string
}

// Queue takes messages to whoever does intakes.
type Queue interface {
	Send(ctx context.Context, all []Message) error
}

// stillFor is after how long without a sign of life an intake is asked for again when somebody looks at it.
const stillFor = 10 * time.Second

// aliveEvery is how often whoever does an intake gives a sign of life, whatever it is at.
const aliveEvery = 2 * time.Second

// maxName is how many characters the name of a file may have.
const maxName = 200

// Begin orders the import of an upload. The same key of a person orders the same once; with another order it is fault.KeyReused.
func (d *Desk) Begin(ctx context.Context, code, key string, o Order) (Intake, error) {
	c, err := d.Books.Current(ctx, code)
	if err != nil {
		return Intake{}, err
	}
	if _, ok := address.GrammarOf(o.Country); !ok {
		return Intake{}, unreadable()
	}
	if o.Upload == "" {
		return Intake{}, fault.Field("upload", "Name the upload that holds the file.")
	}
	if utf8.RuneCountInString(o.Name) > maxName || strings.ContainsFunc(o.Name, unicode.IsControl) {
		return Intake{}, fault.Field("name", "The name of a file has at most %d characters, without control characters.", maxName)
	}
	file, size, err := d.open(ctx, code, o)
	if err != nil {
		return Intake{}, err
	}
	_ = file.Close()
	sum, now := sha256.Sum256([]byte(code+"\n"+o.By+"\n"+key)), d.Now().UTC()
	wanted := Intake{ID: hex.EncodeToString(sum[:12]), Jurisdiction: code, Country: o.Country, Upload: o.Upload, Name: o.Name, DryRun: o.DryRun, By: o.By, Expected: c.Gazetteer,
		BeganAt: now, Stage: Waiting, Revision: 1, ChangedAt: now, Bytes: size}
	i, err := d.Intakes.NewIntake(ctx, wanted)
	if err != nil {
		return Intake{}, err
	}
	if i.Country != wanted.Country || i.Upload != wanted.Upload || i.DryRun != wanted.DryRun {
		return Intake{}, &fault.Error{Code: fault.KeyReused, Field: "Idempotency-Key", Message: "This key was used for another import."}
	}
	return i, d.ask(ctx, i)
}

// Intake tells how far an import is. One that gives no sign of life is asked for again: whoever did it died, or the message was lost.
func (d *Desk) Intake(ctx context.Context, code, id string) (Intake, error) {
	if _, err := d.Books.Current(ctx, code); err != nil {
		return Intake{}, err
	}
	i, err := d.Intakes.Intake(ctx, code, id)
	if err != nil || d.Now().Sub(i.ChangedAt) < stillFor {
		return i, err
	}
	return i, d.ask(ctx, i)
}

// lastIntakes is how many imports are listed.
const lastIntakes = 20

// Last gives the imports that were ordered last, newest first, each as far as it is known to be.
func (d *Desk) Last(ctx context.Context, code string) ([]Intake, error) {
	if _, err := d.Books.Current(ctx, code); err != nil {
		return nil, err
	}
	return d.Intakes.LastIntakes(ctx, code, lastIntakes)
}

func (d *Desk) ask(ctx context.Context, i Intake) error {
	if i.Stage.Final() {
		return nil
	}
	return d.Queue.Send(ctx, []Message{{i.Jurisdiction, i.ID}})
}

// Carry does an intake, unless somebody who is alive is at it: whoever looks at it asks for it again once that one has died. Should several do
// it at once all the same, or again after any of them died, it is done once: what is stored is named by its content, and what was in force
// when it was ordered must still be so. An error is one that may pass.
func (d *Desk) Carry(ctx context.Context, m Message) error {
	i, err := d.Intakes.Intake(ctx, m.Jurisdiction, m.Intake)
	if fault.Is(err, fault.Unknown) {
		return nil // it has expired
	}
	if err != nil || i.Stage.Final() || i.Stage != Waiting && d.Now().Sub(i.ChangedAt) < stillFor {
		return err
	}
	p := &pace{desk: d, ctx: ctx, intake: i}
	p.intake.Stage, p.intake.Read, p.intake.Addresses, p.intake.Compiled = Reading, 0, 0, 0
	if err := p.store(); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	end := p.live()
	result, err := d.Import(ctx, i.Jurisdiction, Order{Country: i.Country, Upload: i.Upload, DryRun: i.DryRun, By: i.By, Expected: &i.Expected, Told: p.lines, read: p.bytes})
	end()
	var f *fault.Error
	switch {
	case err == nil:
		p.intake.Stage, p.intake.Result, p.intake.Read = Done, result, i.Bytes
		p.intake.Addresses, p.intake.Compiled = result.Version.Addresses, result.Version.Addresses
	case !errors.As(err, &f) || f.Code == fault.Undecided || f.Code == fault.Unavailable:
		return err
	default:
		p.intake.Stage, p.intake.Code, p.intake.Problem, p.intake.Field, p.intake.Faults = Refused, f.Code, f.Message, f.Field, f.Details
	}
	if err := p.store(); !fault.Is(err, fault.Conflict) {
		return err
	}
	if there, err := d.Intakes.Intake(ctx, i.Jurisdiction, i.ID); err != nil || !there.Stage.Final() {
		return fmt.Errorf("intake %s was changed by another worker: %w", i.ID, errors.Join(err, fault.New(fault.Conflict, "not final")))
	}
	return nil
}

// pace notes now and then how far an intake is.
type pace struct {
	desk *Desk
	ctx  context.Context

	mu     sync.Mutex
	intake Intake
}

// live gives signs of life until its end is called: there are minutes in which no line is read, such as while a snapshot is written.
func (p *pace) live() (end func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(aliveEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.mu.Lock()
				if p.desk.Now().Sub(p.intake.ChangedAt) >= aliveEvery {
					_ = p.store()
				}
				p.mu.Unlock()
			case <-stop:
				return
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// noteEvery is how often it is noted at most.
const noteEvery = time.Second

func (p *pace) bytes(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.intake.Read += int64(n)
}

// lines is told, by the reader without a total and by the compiler with one, how far it is. That it cannot be noted hinders nobody.
func (p *pace) lines(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stage := Reading
	if total > 0 {
		stage, p.intake.Addresses, p.intake.Compiled = Compiling, total, done
	} else {
		p.intake.Addresses = done
	}
	if now := p.desk.Now().UTC(); stage != p.intake.Stage || now.Sub(p.intake.ChangedAt) >= noteEvery {
		p.intake.Stage = stage
		_ = p.store()
	}
}

func (p *pace) store() error {
	next := p.intake
	next.Revision, next.ChangedAt = p.intake.Revision+1, p.desk.Now().UTC()
	err := p.desk.Intakes.ChangeIntake(p.ctx, next)
	if err == nil {
		p.intake = next
	}
	return err
}

// counted tells how much of a file was read.
type counted struct {
	io.ReadCloser
	told func(int)
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.told(n)
	return n, err
}

func unreadable() error {
	return fault.Field("country", "Addresses of these countries can be read: %s.", strings.Join(address.Countries(), ", "))
}
