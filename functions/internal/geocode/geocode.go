// Package geocode asks Amazon Location for addresses. It is the only importer of that SDK.
package geocode

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/geoplaces"
	"github.com/aws/aws-sdk-go-v2/service/geoplaces/types"
	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/geo"
)

// Config says how to reach the service.
type Config struct {
	Region       string
	Endpoint     string // another service than the region's
	AccessKey    string
	SecretKey    string
	SessionToken string
	HTTP         *http.Client // nil means the SDK's own
}

// Places is the service. It is safe for use by many at once.
type Places struct{ client *geoplaces.Client }

// New gives the service. It does no network. A question is asked once: whoever waits for an address does not wait for a second try.
func New(c Config) *Places {
	o := geoplaces.Options{Region: c.Region, Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken), Retryer: aws.NopRetryer{}}
	if c.Endpoint != "" {
		o.BaseEndpoint = aws.String(c.Endpoint)
	}
	if c.HTTP != nil {
		o.HTTPClient = c.HTTP
	}
	return &Places{client: geoplaces.New(o)}
}

// Name implements gazetteer.Beyond.
func (p *Places) Name() string { return "amazon-location" }

// most is how many answers are asked for.
const most = 5

// Find implements gazetteer.Beyond. The service's coordinates are WGS 84
// (https://docs.aws.amazon.com/location/latest/APIReference/API_geoplaces_Geocode.html). Answers are not stored: they are for this once.
func (p *Places) Find(ctx context.Context, text string, near orb.Bound) ([]address.Candidate, geo.Datum, error) {
	centre := near.Center()
	out, err := p.client.Geocode(ctx, &geoplaces.GeocodeInput{QueryText: &text, MaxResults: aws.Int32(most), BiasPosition: []float64{centre[0], centre[1]},
		IntendedUse: types.GeocodeIntendedUseSingleUse})
	if err != nil {
		return nil, "", fmt.Errorf("geocode: %w", err)
	}
	var list []address.Candidate
	for _, item := range out.ResultItems {
		if c, ok := candidate(item); ok {
			list = append(list, c)
		}
	}
	return list, geo.WGS84, nil
}

// grades translates what kind of place was found; other kinds are areas.
var grades = map[types.PlaceType]address.Grade{
	types.PlaceTypePointAddress:             address.GradeNumber,
	types.PlaceTypeSecondaryAddress:         address.GradeNumber,
	types.PlaceTypeInferredSecondaryAddress: address.GradeNumber,
	types.PlaceTypeInterpolatedAddress:      address.GradeInterpolated,
	types.PlaceTypeIntersection:             address.GradeInterpolated,
	types.PlaceTypeStreet:                   address.GradeStreet,
	types.PlaceTypePointOfInterest:          address.GradeEstate,
	types.PlaceTypeBlock:                    address.GradeEstate,
	types.PlaceTypeSubBlock:                 address.GradeEstate,
}

// leastScore is below which a match is a guess: its grade is that of an area at best.
const leastScore = 0.8

func candidate(item types.GeocodeResultItem) (address.Candidate, bool) {
	if len(item.Position) != 2 {
		return address.Candidate{}, false
	}
	at, err := geo.Round(orb.Point{item.Position[0], item.Position[1]})
	if err != nil {
		return address.Candidate{}, false
	}
	c := address.Candidate{Text: aws.ToString(item.Title), Grade: address.GradeArea, Point: at}
	if item.Address != nil && item.Address.Label != nil {
		c.Text = *item.Address.Label
	}
	if g, ok := grades[item.PlaceType]; ok && (item.MatchScores == nil || item.MatchScores.Overall >= leastScore) {
		c.Grade = g
	}
	if v := item.MapView; len(v) == 4 && !c.Grade.Exact() { // what it may be anywhere in
		for _, corner := range []orb.Point{{v[0], v[1]}, {v[0], v[3]}, {v[2], v[1]}, {v[2], v[3]}} {
			if p, err := geo.Round(corner); err == nil {
				c.Spread = append(c.Spread, p)
				c.Metres = max(c.Metres, address.Metres(at, p))
			}
		}
	}
	return c, true
}
