package open311

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/weige/weige/functions/internal/application"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/geo"
)

// created answers a filing.
type created struct {
	ID      string `json:"service_request_id" xml:"service_request_id"`
	Notice  text   `json:"service_notice" xml:"service_notice"`
	Account text   `json:"account_id" xml:"account_id"`
}

// file files a report. It is filed when this answers, so that the answer holds its id and never a token.
func (c *call) file() (document, error) {
	now, a, err := c.signedIn()
	if err != nil {
		return document{}, err
	}
	in, err := c.input(now)
	if err != nil {
		return document{}, err
	}
	key := c.key(*a)
	if in.Photos, err = c.photos(now, key); err != nil {
		return document{}, err
	}
	receipt, err := c.server.Reports.File(c.Context(), now.Jurisdiction, key, in)
	if err != nil {
		return document{}, err
	}
	notice := jurisdiction.Text{ZH: "查询码：" + receipt.Code, EN: "Tracking code: " + receipt.Code}
	return list("service_requests", "request", []created{{ID: receipt.State.ID, Notice: words(c.say(notice))}}), nil
}

// key makes the same request of the same application the same report. The standard knows no key for that, so that one is made of all that
// was sent and of the day; a sender who has one may give it in the header Idempotency-Key.
func (c *call) key(a application.Application) string {
	return a.ID + "/" + c.mark()
}

// photos stores the photos that were sent along. Those of a request that is refused are no report's, and expire.
func (c *call) photos(now jurisdiction.Current, key string) (ids []string, err error) {
	for n, file := range c.form.files {
		id, err := c.server.Photos.Take(c.Context(), now.Jurisdiction, fmt.Sprintf("%s/%d", key, n), file)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (c *call) mark() string {
	sum := sha256.New()
	if given := c.Header.Get("Idempotency-Key"); given != "" {
		fmt.Fprintf(sum, "key\n%s", given)
	} else {
		said := maps.Clone(c.form.values)
		delete(said, "api_key")
		all, _ := json.Marshal([]any{c.now.UTC().Format(time.DateOnly), said, c.form.files}) // texts always encode, and maps in the order of their keys
		sum.Write(all)
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18])
}

// input reads what is reported.
func (c *call) input(now jurisdiction.Current) (report.Input, error) {
	f := c.form
	code := f.one("service_code")
	if code == "" {
		return report.Input{}, fault.Field("service_code", "service_code was not provided.")
	}
	service, ok := now.Settings.Service(code)
	if !ok {
		return report.Input{}, unknownService(code)
	}
	if name := f.malformedAttribute(); name != "" {
		return report.Input{}, fault.Field(clip(name), "Answers are given as attribute[code]=value, or attribute[code][]=value for each of several.")
	}
	in := report.Input{Service: code, Datum: geo.WGS84, Locale: c.locale, Description: f.one("description"), Answers: f.attributes(), Links: f.all("media_url"),
		Contact: report.Contact{Name: fullName(f.one("first_name"), f.one("last_name")), Phone: f.one("phone"), Email: f.one("email")}}
	if in.Description == "" { // which the standard leaves to the sender
		in.Description = c.say(service.Name)
	}
	return in, c.place(now, &in)
}

// place reads where it is.
func (c *call) place(now jurisdiction.Current, in *report.Input) error {
	f := c.form
	lat, long, address := f.one("lat"), f.one("long"), f.one("address_string")
	switch {
	case lat != "" && long != "":
		var err error
		if in.Lat, err = strconv.ParseFloat(lat, 64); err != nil {
			return fault.Field("lat", "lat is a number of degrees, such as 32.21.")
		}
		if in.Lon, err = strconv.ParseFloat(long, 64); err != nil {
			return fault.Field("long", "long is a number of degrees, such as 119.46.")
		}
		in.Address = address
		return nil
	case lat != "":
		return fault.Field("long", "long was not provided; lat needs it.")
	case long != "":
		return fault.Field("lat", "lat was not provided; long needs it.")
	case address != "":
		in.Address, in.NoPoint = address, true
		return nil
	case f.one("address_id") != "":
		return c.standard(now, in, f.one("address_id"))
	}
	return fault.Field("lat", "The place was not provided: lat and long, or address_string, or address_id.")
}

// standard takes an address by its id, which is the text of a standard address as GET /v1/{jurisdiction}/addresses and locate give it. Other
// than an address_string it has to be one that is known.
func (c *call) standard(now jurisdiction.Current, in *report.Input, id string) error {
	_, _, exact, err := c.server.Addresses.Place(c.Context(), now, id)
	if err == nil && !exact {
		err = fault.Field("address_id", "The address_id %s was not found. It is the text of one address as /v1/%s/addresses gives it; send anything else as address_string.", clip(id), now.Jurisdiction)
	}
	in.Address, in.NoPoint = id, true
	return err
}

// fullName puts a name together as its language does.
func fullName(first, last string) string {
	if strings.ContainsFunc(first+last, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return last + first
	}
	return strings.TrimSpace(first + " " + last)
}

// token leads from a tracking code, which is the only token there is here, to the report.
type token struct {
	ID    string `json:"service_request_id" xml:"service_request_id"`
	Token text   `json:"token" xml:"token"`
}

func (c *call) token(given string) (document, error) {
	now, a, err := c.current()
	if err != nil {
		return document{}, err
	}
	t, err := c.server.Reports.Track(c.Context(), now.Jurisdiction, given, c.stranger(a))
	if fault.Is(err, fault.Unknown) {
		err = &fault.Error{Code: fault.Unknown, Field: "token", Message: "This token was not found."}
	}
	if err != nil {
		return document{}, err
	}
	return list("service_requests", "request", []token{{t.State.ID, words(given)}}), nil
}
