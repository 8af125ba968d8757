package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/weige/weige/functions/internal/api"
)

// Faulty boundaries are put in force where there are none, and never in place of others.
func TestFaultsAreAcceptedOfTheFirstBoundariesAlone(t *testing.T) {
	for inForce, want := range map[string]struct {
		accepted, refused, published bool
	}{
		"":    {accepted: true, published: true},
		"old": {refused: true},
		"new": {}, // nothing to publish
	} {
		var publications []api.Publication
		mux := http.NewServeMux()
		answer := func(path string, status int, body any) {
			mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(status)
				_ = json.NewEncoder(w).Encode(body)
			})
		}
		s := httptest.NewServer(mux)
		t.Cleanup(s.Close)
		answer("PUT /v1/town", http.StatusOK, api.Jurisdiction{BoundarySet: inForce})
		answer("POST /v1/town/boundary-uploads", http.StatusCreated, api.BoundaryUpload{Upload: "u", Method: "PUT", URL: s.URL + "/file"})
		answer("PUT /file", http.StatusOK, nil)
		answer("POST /v1/town/boundary-sets", http.StatusCreated, api.BoundarySet{Set: "new", Warnings: []api.Fault{{Kind: "gap"}, {Kind: "overlap"}}})
		mux.HandleFunc("POST /v1/town/boundary-sets/new/publication", func(w http.ResponseWriter, r *http.Request) {
			var p api.Publication
			if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
				t.Error(err)
			}
			publications = append(publications, p)
			if !p.AcceptFaults {
				w.WriteHeader(http.StatusUnprocessableEntity)
				_ = json.NewEncoder(w).Encode(api.Error{Code: "faulty_file", Field: "accept_faults", Message: "The set has faults: 2."})
			}
		})
		var said []string
		err := New(s.URL, "token").SetUp(t.Context(), Setup{Jurisdiction: "town"}, func(line string) { said = append(said, line) })
		var refusal *Refusal
		if errors.As(err, &refusal) != want.refused || !want.refused && err != nil || want.refused && !strings.Contains(err.Error(), "faults: 2") {
			t.Errorf("with %q in force: %v", inForce, err)
		}
		if (len(publications) > 0) != (want.accepted || want.refused) || len(publications) > 0 && (publications[0].AcceptFaults != want.accepted || publications[0].Expected != inForce) {
			t.Errorf("with %q in force: sent %+v", inForce, publications)
		}
		if slices.Contains(said, "boundaries are in force") != want.published || slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, "2 places") }) != want.published {
			t.Errorf("with %q in force: said %q", inForce, said)
		}
	}
}
