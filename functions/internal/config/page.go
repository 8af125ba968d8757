package config

import (
	"errors"
	"fmt"
)

// Page is what the pages need to know before they can ask the API: the file /config.json of their host.
type Page struct {
	Jurisdiction string   `json:"jurisdiction"` // JURISDICTION: shown where an address names none
	Issuer       string   `json:"issuer"`       // OIDC_ISSUER: OpenID Connect issuer of the staff's sign-in
	ClientID     string   `json:"client_id"`    // OIDC_AUDIENCE
	Demo         bool     `json:"demo"`         // sign-in without a password, on one machine only
	Basemap      *Basemap `json:"basemap,omitempty"`
}

// With adds a basemap, if there is one.
func (p Page) With(b Basemap) Page {
	if b.Configured() {
		p.Basemap = &b
	}
	return p
}

// ReadPage takes what pages that lie apart from any server are told, as scripts/deploy puts them up.
func ReadPage(getenv func(string) string) (Page, error) {
	r := reader{getenv: getenv}
	p := Page{Jurisdiction: r.text("JURISDICTION", ""), Issuer: r.text("OIDC_ISSUER", ""), ClientID: r.text("OIDC_AUDIENCE", "weige-web")}
	for name, value := range map[string]string{"JURISDICTION": p.Jurisdiction, "OIDC_ISSUER": p.Issuer} {
		if value == "" {
			r.wrong = append(r.wrong, fmt.Errorf("%s: is missing", name))
		}
	}
	b := r.basemap()
	if b.File != "" && b.File != OwnArchive {
		r.wrong = append(r.wrong, errors.New("BASEMAP_TILES: an archive without a host lies beside the pages, as "+OwnArchive))
	}
	return p.With(b), errors.Join(r.wrong...)
}
