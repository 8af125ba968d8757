// Package demo makes a synthetic street on a river and loads it into a running server as an administrator and its residents would: over
// HTTP. Nothing of it is real; every page that shows it says so.
package demo

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/local/client"
)

// reports is how many reports the demo files.
const reports = 60

// Load brings the demo into a server through a client that is signed in as an administrator. What is there already is left as it is, so
// that it may be called at every start and after being cut off at any point. say is told of each step.
func Load(ctx context.Context, c *client.Client, now time.Time, say func(string)) error {
	last := key(reports - 1)
	there, err := c.Exists(ctx, Jurisdiction)
	if err != nil {
		return err
	}
	p := newPlan()
	inputs := p.inputs()
	if there {
		// Reports are filed in their order: when the last one is there, so are all.
		if _, repeated, err := c.File(ctx, Jurisdiction, last, inputs[reports-1]); err != nil || repeated {
			return err
		}
	} else if err := setUp(ctx, c, p, now, say); err != nil {
		return err
	}
	for i, in := range inputs {
		if _, _, err := c.File(ctx, Jurisdiction, key(i), in); err != nil {
			return fmt.Errorf("report %d: %w", i, err)
		}
	}
	say(fmt.Sprintf("%d reports are filed", reports))
	return nil
}

func setUp(ctx context.Context, c *client.Client, p *plan, now time.Time, say func(string)) error {
	boundaries, err := p.geoJSON()
	if err != nil {
		return err
	}
	roster, err := p.roster(now)
	if err != nil {
		return err
	}
	return c.SetUp(ctx, client.Setup{Jurisdiction: Jurisdiction, Settings: settings, Boundaries: boundaries, Mapping: mapping, Roster: roster}, say)
}

func key(i int) string { return fmt.Sprintf("demo-report-%03d", i) }

// inputs gives the reports, in clusters as trouble comes, the last three outside the street.
func (p *plan) inputs() []api.ReportInput {
	random := rand.New(rand.NewPCG(seed, 2))
	var centres []spot
	for range 7 {
		centres = append(centres, p.at[crossing{1 + random.IntN(columns-1), 1 + random.IntN(rows-1)}])
	}
	list := make([]api.ReportInput, reports)
	for i := range list {
		s := samples[(i*7+random.IntN(3))%len(samples)]
		in := api.ReportInput{ServiceCode: s.service, Datum: "WGS84", Description: s.zh, Locale: "zh"}
		if i%6 == 5 {
			in.Description, in.Locale = s.en, "en"
		}
		if i%9 == 4 {
			in.Contact = api.ContactInput{Name: "新用户", Phone: fmt.Sprintf("000-0000-%04d", i), Email: fmt.Sprintf("user%d@example.org", i)}
		}
		c := centres[random.IntN(len(centres))]
		spread := 0.0022
		if i%4 == 3 { // away from the clusters
			c, spread = p.at[crossing{1 + random.IntN(columns-1), 1 + random.IntN(rows-1)}], 0.0012
		}
		in.Lon = round(float64(c.x)/unit + (random.Float64()-0.5)*spread)
		in.Lat = round(float64(c.y)/unit + (random.Float64()-0.5)*spread*0.8)
		if i >= reports-3 {
			in.Lon, in.Lat = round(middleLon+halfLon*1.25), round(middleLat+halfLat*(float64(i-reports+2)*0.5))
		}
		list[i] = in
	}
	return list
}

func round(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }
