package api

import (
	"net/http"

	"github.com/paulmach/orb"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/address"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/geo"
)

// defaultSuggestions is how many ways to go on are given.
const defaultSuggestions = 8

// locateAddress answers what an address means, with the areas that are certain and who answers for them.
func (s *Server) locateAddress(r *http.Request, code, text, service string) (Located, error) {
	c, err := s.Books.Current(r.Context(), code)
	if err != nil {
		return Located{}, err
	}
	if c.Areas == nil {
		return Located{}, fault.New(fault.NotReady, "No boundary set is in force here yet.")
	}
	found, err := s.Gazetteers.Locate(r.Context(), c, text)
	if err != nil {
		return Located{}, err
	}
	l, ok := found.Located()
	if !ok {
		l = jurisdiction.Located{Set: c.Boundaries, Areas: c.Areas, Datum: geo.WGS84}
	}
	who, err := s.answersFor(r, c, l, service)
	if err != nil {
		return Located{}, err
	}
	v := viewLocated(l, publicAssignee(who, c.Settings, c.Areas))
	v.Address = viewFound(found, c.Areas)
	return v, nil
}

func viewFound(f gazetteer.Found, areas *geo.Index) AddressAnswer {
	v := AddressAnswer{Text: f.Text, Grade: viewGrade(f.Grade), Ambiguous: f.Ambiguous, Ask: ask(f), Gazetteer: f.Version, SourceDatum: Datum(f.Datum), Candidates: []AddressCandidate{}}
	if len(f.Places) > 0 {
		v.Source = AddressAnswerSource(f.Source)
	}
	for _, p := range f.Places {
		at := p.Point.Degrees()
		one := AddressCandidate{Text: p.Text, Grade: viewGrade(p.Grade), Lon: at[0], Lat: at[1], Metres: centimetres(p.Metres), Building: p.Building, Area: p.Area,
			Matched: viewParts(p.Matched), Unmatched: viewParts(p.Unmatched), Chain: []AreaRef{}}
		for _, x := range p.Corrected {
			one.Corrected = append(one.Corrected, AddressCorrection{Given: x.Given, Used: x.Used})
		}
		for _, area := range p.Located.Chain() {
			one.Chain = append(one.Chain, areaRef(area, areas))
		}
		for _, area := range p.Spans {
			one.Spans = append(one.Spans, areaRef(area, areas))
		}
		v.Candidates = append(v.Candidates, one)
	}
	return v
}

func viewGrade(g address.Grade) AddressGrade {
	if g == address.GradeNone {
		return "none"
	}
	return AddressGrade(g)
}

func viewParts(parts []address.Part) []AddressPart {
	list := []AddressPart{}
	for _, p := range parts {
		list = append(list, AddressPart(p))
	}
	return list
}

// ask says what would make an answer more exact.
func ask(f gazetteer.Found) AddressAnswerAsk {
	switch {
	case len(f.Places) == 0:
		return "address"
	case f.Ambiguous:
		return "area"
	case f.Grade == address.GradeEstate:
		return "building"
	case f.Grade == address.GradeStreet, f.Grade == address.GradeInterpolated:
		return "number"
	case f.Grade == address.GradeArea:
		return "address"
	case len(f.Places[0].Spans) > 0:
		return "building"
	}
	return ""
}

// CompleteAddress answers ways to go on with what somebody types.
func (s *Server) CompleteAddress(w http.ResponseWriter, r *http.Request, code JurisdictionPath, p CompleteAddressParams) {
	list, err := s.complete(r, code, p)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, list)
}

func (s *Server) complete(r *http.Request, code string, p CompleteAddressParams) (AddressSuggestions, error) {
	none := AddressSuggestions{}
	from, err := position(r, p.Lon, p.Lat, p.Datum)
	if err != nil {
		return none, err
	}
	limit := p.LimitQuery
	if !r.URL.Query().Has("limit") {
		limit = defaultSuggestions
	}
	c, err := s.Books.Current(r.Context(), code)
	if err != nil {
		return none, err
	}
	found, err := s.Gazetteers.Complete(r.Context(), c, p.Q, from, limit)
	if err != nil {
		return none, err
	}
	list := AddressSuggestions{Suggestions: []AddressSuggestion{}}
	for _, f := range found {
		at := f.Point.Degrees()
		one := AddressSuggestion{Text: f.Text, Kind: "address", Lon: at[0], Lat: at[1], Metres: f.Metres, Chain: []AreaRef{}}
		if f.Place {
			one.Kind = "place"
		}
		for _, area := range f.Located.Chain() {
			one.Chain = append(one.Chain, areaRef(area, c.Areas))
		}
		list.Suggestions = append(list.Suggestions, one)
	}
	return list, nil
}

// position reads where somebody is, if they say so.
func position(r *http.Request, lon, lat float64, d Datum) (*geo.Point, error) {
	q := r.URL.Query()
	if !q.Has("lon") && !q.Has("lat") {
		return nil, nil
	}
	datum, err := datumOf(d)
	if err != nil {
		return nil, err
	}
	if !q.Has("lon") || !q.Has("lat") {
		return nil, fault.Field("lon", "A position needs both lon and lat.")
	}
	given := orb.Point{lon, lat}
	p, err := geo.Round(given)
	if err == nil {
		p, err = geo.Round(datum.ToWGS84(given))
	}
	if err != nil {
		return nil, fault.Field("lon", "lon %g, lat %g is no place on earth.", lon, lat)
	}
	return &p, nil
}

// ListGazetteers answers which gazetteers there are.
func (s *Server) ListGazetteers(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	_, err := s.permit(r, access.ListGazetteers, access.Resource{Jurisdiction: code})
	s.gazetteers(w, r, code, err)
}

func (s *Server) gazetteers(w http.ResponseWriter, r *http.Request, code string, err error) {
	var all []gazetteer.Version
	var inForce string
	if err == nil {
		all, inForce, err = s.Gazetteers.All(r.Context(), code)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := Gazetteers{InForce: inForce, Versions: []Gazetteer{}}
	for _, v := range all {
		list.Versions = append(list.Versions, Gazetteer{Version: v.Version, Country: v.Country, CreatedAt: v.CreatedAt, By: v.By, Addresses: v.Addresses, Places: v.Places, Bytes: v.Bytes})
	}
	answer(w, http.StatusOK, list)
}

// ImportGazetteer replaces the standard addresses by a CSV.
func (s *Server) ImportGazetteer(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ImportGazetteerParams) {
	p, err := s.permit(r, access.ImportGazetteer, access.Resource{Jurisdiction: code})
	var file []byte
	if err == nil {
		file, err = readBody(w, r, s.Gazetteers.Bytes)
	}
	var result gazetteer.Import
	if err == nil {
		result, err = s.Gazetteers.Import(r.Context(), code, gazetteer.Order{Country: q.Country, File: file, Upload: q.Upload, DryRun: q.DryRun, By: p.Person})
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, viewGazetteerImport(result))
}

func viewGazetteerImport(i gazetteer.Import) GazetteerImport {
	v := i.Version
	return GazetteerImport{Stored: v.Version != "", Version: v.Version, Replaced: i.Replaced, Addresses: v.Addresses, Places: v.Places, Bytes: v.Bytes, Warnings: viewFaults(i.Warnings)}
}

// RollBackGazetteer puts an earlier gazetteer in force again.
func (s *Server) RollBackGazetteer(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in GazetteerRollback
	_, err := s.permit(r, access.RollBackGazetteer, access.Resource{Jurisdiction: code})
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "version", "expected")
	}
	if err == nil {
		err = s.Gazetteers.PutInForce(r.Context(), code, in.Version, in.Expected)
	}
	s.gazetteers(w, r, code, err)
}
