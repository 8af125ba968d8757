package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/local/replay"
	"github.com/weige/weige/geo"
)

type addressOptions struct {
	folder string
	rows   int
	failed int
}

// addresses measures locating by address: real requests where the data is present, and a gazetteer of many made-up rows.
func addresses(o addressOptions, out io.Writer) error {
	if _, err := os.Stat(o.folder); err != nil {
		fmt.Fprintf(out, "no real requests in %s: skipped\n", o.folder)
	} else if err := realAddresses(o, out); err != nil {
		return err
	}
	return manyAddresses(o.rows, out)
}

// outcome is what became of one address of a grade.
type outcome struct {
	metres  float64
	inBoard bool
}

// realAddresses makes a gazetteer of the distinct addresses of the rows with an even key, and locates those of the odd rows by address and
// borough alone.
func realAddresses(o addressOptions, out io.Writer) error {
	recorded, err := replay.Addresses(o.folder)
	if err != nil {
		return err
	}
	areas, err := replay.Districts(o.folder)
	if err != nil {
		return err
	}
	grammar, _ := address.GrammarOf("us")
	seen := map[string]bool{}
	var rows []address.Row
	var asked []replay.Recorded
	for _, r := range recorded {
		text := r.Address + ", " + r.Borough
		p, err := geo.Round(r.Point)
		switch {
		case r.Key%2 == 1:
			asked = append(asked, r)
		case !seen[text] && err == nil:
			seen[text] = true
			rows = append(rows, address.Row{Text: text, Point: p})
		}
	}
	blob, err := grammar.Compile(rows, nil, nil)
	if err != nil {
		return err
	}
	g, err := address.Open(blob)
	if err != nil {
		return err
	}
	byGrade := map[address.Grade][]outcome{}
	for _, r := range asked {
		a := g.Lookup(r.Address + ", " + r.Borough)
		if len(a.Candidates) == 0 {
			byGrade[address.GradeNone] = append(byGrade[address.GradeNone], outcome{})
			o.failed--
			if o.failed >= 0 {
				fmt.Fprintf(out, "not found: %s, %s\n", r.Address, r.Borough)
			}
			continue
		}
		at := a.Candidates[0].Point.Degrees()
		chain := areas.Locate(at, 0).Chain
		in := len(chain) > 1 && areas.Area(chain[1].ID).Code == r.Board
		byGrade[a.Candidates[0].Grade] = append(byGrade[a.Candidates[0].Grade], outcome{address.Metres(a.Candidates[0].Point, must(geo.Round(r.Point))), in})
	}
	fmt.Fprintf(out, "%d real requests: %d distinct addresses of the even ones; of %d odd ones, by address and borough alone\n", len(recorded), len(rows), len(asked))
	return gradeTable(out, byGrade, len(asked))
}

func gradeTable(out io.Writer, byGrade map[address.Grade][]outcome, all int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "grade\trequests\tshare\tin the recorded board\tmedian m\tp95 m\t")
	var located []outcome
	line := func(name string, list []outcome) {
		if len(list) == 0 {
			return
		}
		var metres []float64
		in := 0
		for _, o := range list {
			metres = append(metres, o.metres)
			if o.inBoard {
				in++
			}
		}
		slices.Sort(metres)
		fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%.1f %%\t%.0f\t%.0f\t\n", name, len(list), 100*float64(len(list))/float64(all), 100*float64(in)/float64(len(list)),
			metres[len(metres)/2], metres[len(metres)*95/100])
	}
	for _, grade := range []address.Grade{address.GradeBuilding, address.GradeNumber, address.GradeInterpolated, address.GradeStreet, address.GradeEstate, address.GradeArea} {
		line(string(grade), byGrade[grade])
		located = append(located, byGrade[grade]...)
	}
	line("located", located)
	fmt.Fprintf(w, "not found\t%d\t%.1f %%\t\t\t\t\n", len(byGrade[address.GradeNone]), 100*float64(len(byGrade[address.GradeNone]))/float64(all))
	return w.Flush()
}

// must drops the error of what was read without one before.
func must[T any](v T, _ error) T { return v }
