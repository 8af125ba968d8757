package open311

import (
	"math"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

// service is an entry of the list of services.
type service struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        text   `json:"service_name" xml:"service_name"`
	Description text   `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    text   `json:"keywords" xml:"keywords"`
	Group       text   `json:"group" xml:"group"`
}

// definition is what a service asks.
type definition struct {
	Code       string            `json:"service_code" xml:"service_code"`
	Attributes nested[attribute] `json:"attributes" xml:"attributes"`
}

type attribute struct {
	Variable    bool          `json:"variable" xml:"variable"`
	Code        string        `json:"code" xml:"code"`
	Datatype    string        `json:"datatype" xml:"datatype"`
	Required    bool          `json:"required" xml:"required"`
	Hint        text          `json:"datatype_description" xml:"datatype_description"`
	Order       int           `json:"order" xml:"order"`
	Description text          `json:"description" xml:"description"`
	Values      nested[value] `json:"values" xml:"values"` // of a list; other attributes have none, which is null in JSON
}

func (attribute) element() string { return "attribute" }

type value struct {
	Key  string `json:"key" xml:"key"`
	Name text   `json:"name" xml:"name"`
}

func (value) element() string { return "value" }

// discovered is the answer to the question what is served where.
type discovered struct {
	Changeset  string           `json:"changeset" xml:"changeset"`
	Contact    text             `json:"contact" xml:"contact"`
	KeyService text             `json:"key_service" xml:"key_service"`
	Endpoints  nested[endpoint] `json:"endpoints" xml:"endpoints"`
}

type endpoint struct {
	Specification string            `json:"specification" xml:"specification"`
	URL           string            `json:"url" xml:"url"`
	Changeset     string            `json:"changeset" xml:"changeset"`
	Type          string            `json:"type" xml:"type"`
	Formats       nested[mediaType] `json:"formats" xml:"formats"`
}

func (endpoint) element() string { return "endpoint" }

type mediaType string

func (mediaType) element() string { return "format" }

// changeset is when what this package answers changed last.
const changeset = "2026-11-25T00:00:00Z"

func (c *call) discovery() (document, error) {
	kind := "production"
	if code := c.form.one("jurisdiction_id"); code != "" || c.server.Default != "" {
		now, _, err := c.current()
		if err != nil {
			return document{}, err
		}
		if now.Settings.Synthetic {
			kind = "test"
		}
	}
	who := words(c.say(jurisdiction.Text{ZH: "请联系该辖区的管理员。", EN: "Please ask the administrator of the jurisdiction."}))
	return object("discovery", discovered{Changeset: changeset, Contact: who, KeyService: who, Endpoints: nested[endpoint]{{
		Specification: "http://wiki.open311.org/GeoReport_v2", URL: c.base() + strings.TrimSuffix(Prefix, "/"), Changeset: changeset, Type: kind,
		Formats: nested[mediaType]{"text/xml", "application/json"}}}}), nil
}

// base gives the address under which this is found.
func (c *call) base() string {
	if c.server.Public != "" {
		return strings.TrimSuffix(c.server.Public, "/")
	}
	scheme := "https"
	if proto := c.Header.Get("X-Forwarded-Proto"); c.TLS == nil && (proto == "" || proto == "http") {
		scheme = "http"
	}
	return scheme + "://" + c.Host
}

func (c *call) services() (document, error) {
	now, _, err := c.current()
	if err != nil {
		return document{}, err
	}
	var all []service
	for _, s := range now.Settings.Services {
		all = append(all, service{Code: s.Code, Name: words(c.say(s.Name)), Description: words(c.say(s.Description)), Metadata: len(s.Questions) > 0, Type: "realtime",
			Keywords: words(strings.Join(s.Keywords, ",")), Group: words(c.say(s.Group))})
	}
	return list("services", "service", all), nil
}

func (c *call) definition(code string) (document, error) {
	now, _, err := c.current()
	if err != nil {
		return document{}, err
	}
	s, ok := now.Settings.Service(code)
	if !ok {
		return document{}, unknownService(code)
	}
	d := definition{Code: s.Code, Attributes: nested[attribute]{}}
	for n, q := range s.Questions {
		a := attribute{Variable: !q.Info, Code: q.Code, Datatype: string(q.Kind), Required: q.Required, Hint: words(c.say(q.Hint)), Order: n + 1, Description: words(c.say(q.Prompt))}
		for _, v := range q.Values {
			a.Values = append(a.Values, value{v.Key, words(c.say(v.Name))})
		}
		d.Attributes = append(d.Attributes, a)
	}
	return object("service_definition", d), nil
}

func unknownService(code string) error {
	return &fault.Error{Code: fault.Unknown, Field: "service_code", Message: "The service_code " + clip(code) + " was not found."}
}

// request is a report.
type request struct {
	ID          string    `json:"service_request_id" xml:"service_request_id"`
	Status      string    `json:"status" xml:"status"`
	StatusNotes text      `json:"status_notes" xml:"status_notes"`
	ServiceName text      `json:"service_name" xml:"service_name"`
	ServiceCode string    `json:"service_code" xml:"service_code"`
	Description text      `json:"description" xml:"description"`
	Agency      text      `json:"agency_responsible" xml:"agency_responsible"`
	Notice      text      `json:"service_notice" xml:"service_notice"`
	Requested   string    `json:"requested_datetime" xml:"requested_datetime"`
	Updated     string    `json:"updated_datetime" xml:"updated_datetime"`
	Expected    text      `json:"expected_datetime" xml:"expected_datetime"`
	Address     text      `json:"address" xml:"address"`
	AddressID   text      `json:"address_id" xml:"address_id"`
	Zipcode     text      `json:"zipcode" xml:"zipcode"`
	Lat         degrees   `json:"lat" xml:"lat"`
	Long        degrees   `json:"long" xml:"long"`
	MediaURL    text      `json:"media_url" xml:"media_url"`
	Extended    *extended `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// extended is what only extensions=true shows.
type extended struct {
	Status      string           `json:"detailed_status" xml:"detailed_status"`
	Area        text             `json:"area_code" xml:"area_code"`
	BoundarySet text             `json:"boundary_set" xml:"boundary_set"`
	Original    text             `json:"duplicate_of" xml:"duplicate_of"`
	Media       nested[mediaURL] `json:"media_urls,omitempty" xml:"media_urls,omitempty"` // all photos that everybody may see, where one report is asked for that has some
}

type mediaURL string

func (mediaURL) element() string { return "media_url" }

// simple are the two statuses that the standard has.
func simple(s report.Status) string {
	if s.Open() {
		return "open"
	}
	return "closed"
}

// moment writes an instant with the offset of the jurisdiction.
func moment(t time.Time, c jurisdiction.Current) string {
	return t.In(c.Settings.Location()).Format(time.RFC3339)
}

// told is what a report's view is made from.
type told struct {
	state report.State
	body  report.Body
	reply string   // the latest words for the resident
	shown []string // ids of photos that everybody may see
}

func (c *call) view(now jurisdiction.Current, t told, wordsToo bool) request {
	s := t.state
	p := s.Point.Degrees()
	name := jurisdiction.Text{ZH: s.Service, EN: s.Service} // of a service that was withdrawn
	if one, ok := now.Settings.Service(s.Service); ok {
		name = one.Name
	}
	agency := now.Settings.Queue
	if s.Assignee.Kind == report.ToPerson {
		agency = now.Settings.RoleName(s.Assignee.Role)
	}
	v := request{ID: s.ID, Status: simple(s.Status), ServiceName: words(c.say(name)), ServiceCode: s.Service, Agency: words(c.say(agency)),
		Requested: moment(s.FiledAt, now), Updated: moment(s.ChangedAt, now), Lat: degrees(p[1]), Long: degrees(p[0])}
	if s.Grade == report.Unplaced { // its point is only where a map opens
		v.Lat, v.Long = degrees(math.NaN()), degrees(math.NaN())
	}
	if due := s.Clock.ResolveBy; s.Status.Unfinished() && !due.IsZero() && s.Clock.PausedAt.IsZero() {
		v.Expected = text(moment(due, now))
	}
	if wordsToo {
		v.Description, v.StatusNotes, v.Address = words(t.body.Description), words(t.reply), words(t.body.Address)
		if len(t.body.Links) > 0 {
			v.MediaURL = words(t.body.Links[0])
		}
	}
	if s.Photo != "" {
		v.MediaURL = c.media(now, s.Photo)
	}
	if c.extensions() {
		v.Extended = &extended{Status: string(s.Status), BoundarySet: text(s.Set), Area: words(s.Home().Smallest()), Original: text(s.Original)}
		for _, id := range t.shown {
			v.Extended.Media = append(v.Extended.Media, mediaURL(c.media(now, id)))
		}
	}
	return v
}

// media is the lasting address of a photo that staff released. It leads nowhere once they take that back.
func (c *call) media(now jurisdiction.Current, photo string) text {
	return text(c.base() + "/v1/" + now.Jurisdiction + "/released-photos/" + photo)
}

func (c *call) extensions() bool { return strings.EqualFold(c.form.one("extensions"), "true") }

// public reports whether anybody may see that there is this report. Of one that was split they see the whole.
func public(s report.State) bool { return !s.Private && s.Parent == "" }
