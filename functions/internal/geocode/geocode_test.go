package geocode

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/geo"
)

func TestAnswersBecomeCandidatesWithTheGradeTheyDeserve(t *testing.T) {
	var asked map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&asked)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"ResultItems":[
			{"PlaceId":"1","PlaceType":"PointAddress","Title":"a","Address":{"Label":"12 Main St"},"Position":[119.46,32.21],"MatchScores":{"Overall":0.99}},
			{"PlaceId":"2","PlaceType":"PointAddress","Title":"b","Position":[119.46,32.21],"MatchScores":{"Overall":0.4}},
			{"PlaceId":"3","PlaceType":"Street","Title":"c","Position":[119.46,32.21],"MapView":[119.45,32.2,119.47,32.22]},
			{"PlaceId":"4","PlaceType":"Locality","Title":"d","Position":[119.46,32.21]},
			{"PlaceId":"5","PlaceType":"Street","Title":"nowhere","Position":[400,32.21]}]}`))
	}))
	defer server.Close()
	p := New(Config{Region: "us-east-1", Endpoint: server.URL, AccessKey: "k", SecretKey: "s"})
	list, datum, err := p.Find(context.Background(), "12 Main St", orb.Bound{Min: orb.Point{119.4, 32.2}, Max: orb.Point{119.5, 32.3}})
	if err != nil || datum != geo.WGS84 || len(list) != 4 || asked["QueryText"] != "12 Main St" || asked["IntendedUse"] != "SingleUse" {
		t.Fatalf("%v %v %+v, asked %v", err, datum, list, asked)
	}
	for i, want := range []address.Grade{address.GradeNumber, address.GradeArea, address.GradeStreet, address.GradeArea} {
		if list[i].Grade != want {
			t.Errorf("%d: %s, want %s", i, list[i].Grade, want)
		}
	}
	if list[0].Text != "12 Main St" || len(list[2].Spread) != 4 || list[2].Metres < 1000 {
		t.Errorf("%+v", list)
	}
}

func TestNobodyWaitsLongerThanTheyAreWilling(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer server.Close()
	defer close(done)
	p := New(Config{Region: "us-east-1", Endpoint: server.URL, AccessKey: "k", SecretKey: "s"})
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	if _, _, err := p.Find(ctx, "x", orb.Bound{}); err == nil {
		t.Error("an answer from a service that gives none")
	}
}
