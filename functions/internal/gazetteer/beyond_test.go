package gazetteer

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

// service counts how often it is asked, and answers with points.
type service struct {
	asked  int
	points []orb.Point
	fails  bool
}

func (s *service) Name() string { return "service" }

func (s *service) Find(ctx context.Context, text string, _ orb.Bound) ([]address.Candidate, geo.Datum, error) {
	s.asked++
	if _, bounded := ctx.Deadline(); !bounded || s.fails {
		return nil, "", errors.New("out of reach")
	}
	var list []address.Candidate
	for _, p := range s.points {
		q, _ := geo.Round(p)
		list = append(list, address.Candidate{Text: text, Grade: address.GradeNumber, Point: q})
	}
	return list, geo.WGS84, nil
}

func TestAServiceIsAskedSparinglyAndItsAnswersAreKept(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	s := &service{points: []orb.Point{{119.46, 32.21}}}
	thrifty := &Thrifty{Beyond: s, Timeout: time.Second, PerHour: 2, Now: func() time.Time { return now }}
	ask := func(text string) error {
		_, _, err := thrifty.Find(t.Context(), text, orb.Bound{})
		return err
	}
	for _, text := range []string{"一", "一", "二", "一"} {
		if err := ask(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask("三"); !errors.Is(err, errSpent) || s.asked != 2 {
		t.Errorf("%v after %d", err, s.asked)
	}
	now = now.Add(time.Hour)
	if err := ask("三"); err != nil || s.asked != 3 {
		t.Errorf("%v after %d", err, s.asked)
	}
	if now = now.Add(25 * time.Hour); ask("一") != nil || s.asked != 4 {
		t.Errorf("an answer of yesterday was taken for one of today; asked %d", s.asked)
	}
}

func TestWhatLiesOutsideIsDropped(t *testing.T) {
	set, err := synth.New(synth.Options{Seed: 1, Centre: orb.Point{119.46, 32.21}, Width: 1000, Height: 1000, Levels: []synth.Level{{Name: "street", Areas: 1}, {Name: "grid", Areas: 4}}})
	if err != nil {
		t.Fatal(err)
	}
	boundaries, err := set.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := boundaries.Compile()
	if err != nil {
		t.Fatal(err)
	}
	areas, err := geo.Open(compiled)
	if err != nil {
		t.Fatal(err)
	}
	c := jurisdiction.Current{Areas: areas, Settings: &jurisdiction.Settings{}}
	s := &service{points: []orb.Point{{119.46, 32.21}, {119.9, 32.9}}}
	d := &Desk{Beyond: &Thrifty{Beyond: s, Timeout: time.Second, PerHour: 10, Now: time.Now}}
	f, err := d.Locate(t.Context(), c, "云帆路3号")
	if err != nil || len(f.Places) != 1 || f.Source != "service" || f.Datum != geo.WGS84 || f.Grade != address.GradeNumber || len(f.Places[0].Located.Match.Chain) != 2 {
		t.Errorf("%v %+v", err, f)
	}
	s.fails = true
	if f, err = d.Locate(t.Context(), c, "云帆路5号"); err != nil || len(f.Places) != 0 {
		t.Errorf("a service out of reach: %v %+v", err, f)
	}
}
