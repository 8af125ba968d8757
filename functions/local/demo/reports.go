package demo

import (
	"fmt"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/geo"
)

// cluster is a place about which several reports lie: where, as parts of the street's extent from the south-west, how far around, in
// metres, and the reports' services and words.
type cluster struct {
	x, y   float64
	around float64
	said   []said
}

type said struct{ service, words string }

// Metres of a degree about the street, good enough to scatter points.
const (
	perLat = 110900.0
	perLon = 94200.0
)

// reports gives what residents of the demo have reported: the same words at the same places every time, because the key under which
// each is filed stands for exactly this.
func reports() ([]api.ReportInput, error) {
	s, err := street()
	if err != nil {
		return nil, err
	}
	bound := extent(s.Areas[0].Polygons[0][0])
	rnd := rand.New(rand.NewPCG(seed, 1))
	var list []api.ReportInput
	add := func(p orb.Point, one said) {
		q, _ := geo.Round(p)
		d := q.Degrees()
		r := api.ReportInput{ServiceCode: one.service, Lon: d[0], Lat: d[1], Datum: api.WGS84, Description: one.words, Locale: api.Zh, Answers: answers(one.service)}
		if one.words[0] < 0x80 {
			r.Locale = api.En
		}
		switch len(list) % 3 {
		case 0:
			r.Accuracy = float64(5 + rnd.IntN(30))
		case 1:
			if len(list)%2 == 0 {
				r.Contact = contact(len(list))
			}
		}
		r.PublicWords = len(list)%3 != 1 // two of three let their neighbours read them
		list = append(list, r)
	}
	for _, c := range clusters {
		for _, one := range c.said {
			add(orb.Point{
				bound.Min[0] + c.x*(bound.Max[0]-bound.Min[0]) + rnd.NormFloat64()*c.around/perLon,
				bound.Min[1] + c.y*(bound.Max[1]-bound.Min[1]) + rnd.NormFloat64()*c.around/perLat,
			}, one)
		}
	}
	// On corners of grids and beside them: what lies on an edge has an owner too.
	grids := 0
	for _, a := range s.Areas {
		if a.Level != gridLevel {
			continue
		}
		if i := grids / gridsPerBorderReport; grids%gridsPerBorderReport == 3 && i < len(borders) {
			corner := a.Polygons[0][0][0].Degrees()
			add(orb.Point{corner[0] + float64(i)*2/perLon, corner[1]}, borders[i])
		}
		grids++
	}
	// In the river, and beyond the street's other sides.
	add(orb.Point{bound.Center()[0], bound.Max[1] + 250/perLat}, beyond[0])
	add(orb.Point{bound.Max[0] + 180/perLon, bound.Center()[1]}, beyond[1])
	add(orb.Point{bound.Center()[0], bound.Min[1] - 400/perLat}, beyond[2])
	return list, nil
}

const gridsPerBorderReport = 11

// contact gives details that reach nobody: no number begins with 000, and example.org is reserved (RFC 2606).
func contact(n int) api.ContactInput {
	return api.ContactInput{Name: fmt.Sprintf("居民%02d", n), Phone: fmt.Sprintf("000-0000-%04d", n), Email: fmt.Sprintf("resident-%02d@example.org", n)}
}

func extent(ring []geo.Point) orb.Bound {
	b := ring[0].Degrees().Bound()
	for _, p := range ring {
		b = b.Extend(p.Degrees())
	}
	return b
}
