package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/gazetteer"
	force "github.com/weige/weige/functions/internal/jurisdiction" // work.go has a function of that name
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

// oneBlob is the store of one snapshot, whatever is asked for.
type oneBlob []byte

func (b oneBlob) Snapshot(context.Context, string, force.Kind, string) ([]byte, error) {
	return b, nil
}

// outcome is what became of one address.
type outcome struct {
	asked   replay.Recorded
	found   gazetteer.Found
	metres  float64 // from the point that was found to the recorded one
	near    bool    // the point that was found lies in the recorded board
	named   bool    // a board was named as certain
	right   bool    // it is the recorded one
	boarded bool    // the record has a board to compare with
}

// realAddresses makes a gazetteer of the distinct addresses of the rows with an even key, and locates those of the odd rows by address and
// borough alone: the answer is that of the server, which names an area only where all that is known of the place lies in it.
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
	desk := gazetteer.Desk{Shelf: gazetteer.NewShelf(oneBlob(blob))}
	c := force.Current{InForce: force.InForce{Jurisdiction: "nyc", Gazetteer: force.VersionOf(blob)}, Areas: areas}
	var list []outcome
	for _, r := range asked {
		f, err := desk.Locate(context.Background(), c, r.Address+", "+r.Borough)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Address, err)
		}
		list = append(list, compare(f, r, areas))
	}
	fmt.Fprintf(out, "%d real requests: %d distinct addresses of the even ones; of %d odd ones, by address and borough alone\n", len(recorded), len(rows), len(asked))
	if err := gradeTable(out, list); err != nil {
		return err
	}
	return reasonTable(out, list, rows, o.failed)
}

func compare(f gazetteer.Found, r replay.Recorded, areas *geo.Index) outcome {
	one := outcome{asked: r, found: f, boarded: r.Board != ""}
	l, ok := f.Located()
	if !ok {
		return one
	}
	boardOf := func(chain []geo.Holding) string {
		if len(chain) < 2 {
			return ""
		}
		return areas.Area(chain[1].ID).Code
	}
	at := f.Places[0].Point
	board := boardOf(l.Match.Chain)
	one.named, one.right = board != "", board == r.Board
	one.near = boardOf(areas.Locate(at.Degrees(), 0).Chain) == r.Board
	one.metres = address.Metres(at, must(geo.Round(r.Point)))
	return one
}

// gradeTable prints, for each grade, how many were found so, whether a board was named and whether it is the recorded one, and how far the
// point is from the recorded one. Ambiguous answers have the grade of what is certain.
func gradeTable(out io.Writer, list []outcome) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "grade\trequests\tshare\tname a board\tof these the recorded one\tpoint in the recorded board\tmedian m\tp95 m\t")
	line := func(name string, of func(outcome) bool) {
		var metres []float64
		named, right, near, boarded := 0, 0, 0, 0
		for _, o := range list {
			if !of(o) {
				continue
			}
			metres = append(metres, o.metres)
			if !o.boarded {
				continue
			}
			boarded += count(true)
			near, named, right = near+count(o.near), named+count(o.named), right+count(o.named && o.right)
		}
		if len(metres) == 0 {
			return
		}
		slices.Sort(metres)
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%.0f\t%.0f\t\n", name, len(metres), share(len(metres), len(list)), share(named, boarded), share(right, named), share(near, boarded),
			metres[len(metres)/2], metres[len(metres)*95/100])
	}
	grades := []address.Grade{address.GradeBuilding, address.GradeNumber, address.GradeInterpolated, address.GradeStreet, address.GradeEstate, address.GradeArea}
	for _, grade := range grades {
		line(string(grade), func(o outcome) bool { return o.found.Grade == grade })
	}
	line("finer than an area", func(o outcome) bool { return o.found.Grade != address.GradeArea && o.found.Grade != address.GradeNone })
	line("all that is found", func(o outcome) bool { return o.found.Grade != address.GradeNone })
	none := 0
	for _, o := range list {
		none += count(o.found.Grade == address.GradeNone)
	}
	fmt.Fprintf(w, "nothing found\t%d\t%s\t\t\t\t\t\t\n", none, share(none, len(list)))
	return w.Flush()
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// reasonTable says why what was not found exactly was not, with examples of each reason.
func reasonTable(out io.Writer, list []outcome, rows []address.Row, examples int) error {
	grammar, _ := address.GrammarOf("us")
	known := map[string]bool{}
	for _, r := range rows {
		a := grammar.Parse(r.Text)
		known[a.Road], known[a.Cross], known[a.Estate] = true, true, true
	}
	by := map[string][]string{}
	for _, o := range list {
		if why := reason(o.found, known); why != "" {
			by[why] = append(by[why], o.asked.Address+", "+o.asked.Borough)
		}
	}
	names := make([]string, 0, len(by))
	for name := range by {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(by[b]) - len(by[a]) })
	fmt.Fprintln(out, "why no building or number was found:")
	for _, name := range names {
		texts := by[name]
		fmt.Fprintf(out, "%5d  %5s  %s; such as", len(texts), share(len(texts), len(list)), name)
		for i := range min(examples, len(texts)) {
			fmt.Fprintf(out, " [%s]", texts[i*len(texts)/min(examples, len(texts))])
		}
		fmt.Fprintln(out)
	}
	return nil
}

// reason classifies what was not found exactly; empty for what was. known are the names of the gazetteer's streets and places.
func reason(f gazetteer.Found, known map[string]bool) string {
	a := f.Parsed
	missing := func(p address.Part) bool { return len(f.Places) > 0 && slices.Contains(f.Places[0].Unmatched, p) }
	switch {
	case f.Grade.Exact():
		return ""
	case f.Ambiguous:
		return "several places are equally likely"
	case f.Grade == address.GradeInterpolated:
		return "number between known ones of its street: interpolated"
	case f.Grade == address.GradeEstate:
		return "" // a place that is known, and has no number
	case f.Grade == address.GradeStreet && missing(address.RoadPart):
		return "street not in the gazetteer, between two numbered ones that are"
	case f.Grade == address.GradeStreet && a.Number.Text == "":
		return "street known, and no number given"
	case f.Grade == address.GradeStreet:
		return "street known, its number outside the known ones or too far between them"
	case a.Road == "" && a.Estate == "":
		return "no street and no name in it"
	case a.Cross != "":
		return "intersection of streets that are not in the gazetteer"
	case a.Estate != "":
		return "place name that is not in the gazetteer"
	case known[a.Road]:
		return "street in the gazetteer in another borough only"
	case a.Number.Text == "":
		return "street not in the gazetteer, and no number given"
	}
	return "street not in the gazetteer"
}

// must drops the error of what was read without one before.
func must[T any](v T, _ error) T { return v }
