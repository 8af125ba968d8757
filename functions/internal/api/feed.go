package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/report"
)

const (
	feedEnd = ".atom"
	// feedOfAll is the name of the feed of a whole jurisdiction.
	feedOfAll = "reports" + feedEnd
	// feedEntries is how many reports a feed has.
	feedEntries = 50
	// feedFor is for how long whoever reads a feed may keep it.
	feedFor = 5 * time.Minute
)

// The elements of a feed (RFC 4287), and where a report lies (GeoRSS Simple).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	GeoRSS  string      `xml:"xmlns:georss,attr"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomPerson  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Content    atomText       `xml:"content"`
	Point      string         `xml:"georss:point"`
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr"`
	Label  string `xml:"label,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// The schemes of categories.
const (
	serviceScheme = "urn:weige:service"
	statusScheme  = "urn:weige:status"
)

// GetFeed answers the latest public reports of a jurisdiction.
func (s *Server) GetFeed(w http.ResponseWriter, r *http.Request, code JurisdictionPath, feed FeedPath, q GetFeedParams) {
	if feed != feedOfAll {
		s.fail(w, r, &fault.Error{Code: fault.Unknown, Field: "feed", Message: "There is no such feed; that of all reports is " + feedOfAll + "."})
		return
	}
	s.feed(w, r, code, "", string(q.LangQuery), q.IfNoneMatch)
}

// GetAreaFeed answers the latest public reports of an area.
func (s *Server) GetAreaFeed(w http.ResponseWriter, r *http.Request, code JurisdictionPath, feed FeedPath, q GetAreaFeedParams) {
	area, ok := strings.CutSuffix(feed, feedEnd)
	if !ok || area == "" {
		s.fail(w, r, &fault.Error{Code: fault.Unknown, Field: "feed", Message: "The name of an area's feed is its code with .atom behind."})
		return
	}
	s.feed(w, r, code, area, string(q.LangQuery), q.IfNoneMatch)
}

func (s *Server) feed(w http.ResponseWriter, r *http.Request, code, area, language, match string) {
	var c jurisdiction.Current
	var states []report.State
	err := feedLanguage(language)
	if err == nil {
		c, states, err = s.Reports.Latest(r.Context(), code, area, feedEntries)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	body, err := writeFeed(c, area, language, states)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(feedFor.Seconds())))
	if sameTag(match, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
}

func feedLanguage(language string) error {
	if language != "" && language != "zh" && language != "en" {
		return fault.Field("lang", "The language of a feed is zh or en.")
	}
	return nil
}

// sameTag compares weakly, as RFC 9110 asks of If-None-Match: proxies that compress make a tag weak.
func sameTag(match, tag string) bool {
	for _, one := range strings.Split(match, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// feedStatus says where a report stands.
var feedStatus = map[report.Status]jurisdiction.Text{
	report.Received: {ZH: "已收到，等待分派", EN: "received"}, report.Assigned: {ZH: "已分派", EN: "assigned"}, report.InProgress: {ZH: "正在处理", EN: "being worked on"},
	report.Returned: {ZH: "已退回，等待决定", EN: "to be decided on"}, report.Reopened: {ZH: "重新处理", EN: "opened again"}, report.Resolved: {ZH: "已处理，等待核查", EN: "done, to be checked"},
}

// writeFeed writes reports as a feed. Addresses are relative to where it was fetched, so that it holds for every name of the site.
func writeFeed(c jurisdiction.Current, area, language string, states []report.State) ([]byte, error) {
	if language == "" {
		language = "zh"
	}
	in := func(t jurisdiction.Text) string {
		if language == "en" {
			return t.EN
		}
		return t.ZH
	}
	name, self := in(c.Settings.Name), "/v1/"+c.Jurisdiction+"/feeds/"+feedOfAll
	if area != "" {
		name, self = name+" · "+areaRef(area, c.Areas).Name, "/v1/"+c.Jurisdiction+"/feeds/areas/"+url.PathEscape(area)+feedEnd
	}
	page := "/?" + url.Values{"j": {c.Jurisdiction}}.Encode()
	f := atomFeed{GeoRSS: "http://www.georss.org/georss", Lang: map[string]string{"zh": "zh-CN", "en": "en"}[language], Title: name, Author: atomPerson{in(c.Settings.Name)},
		ID:    "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte("weige feed "+c.Jurisdiction+" "+area)).String(),
		Links: []atomLink{{"self", "application/atom+xml", self + "?lang=" + language}, {"alternate", "text/html", page}}}
	updated := time.Unix(0, 0).UTC()
	for _, st := range states {
		service, status := jurisdiction.Text{ZH: st.Service, EN: st.Service}, feedStatus[st.Status]
		if found, ok := c.Settings.Service(st.Service); ok {
			service = found.Name
		}
		where := ""
		if len(st.Chain) > 0 {
			where = " · " + areaRef(st.Chain[len(st.Chain)-1], c.Areas).Name
		}
		p := st.Point.Degrees()
		f.Entries = append(f.Entries, atomEntry{ID: "urn:uuid:" + st.ID, Title: in(service) + where, Published: st.FiledAt.Format(time.RFC3339Nano),
			Updated: st.ChangedAt.Format(time.RFC3339Nano), Link: atomLink{"alternate", "text/html", page}, Content: atomText{"text", in(service) + where + " · " + in(status)},
			Categories: []atomCategory{{st.Service, serviceScheme, in(service)}, {string(st.Status), statusScheme, in(status)}},
			Point:      fmt.Sprintf("%.7f %.7f", p[1], p[0])})
		if st.ChangedAt.After(updated) {
			updated = st.ChangedAt
		}
	}
	f.Updated = updated.Format(time.RFC3339Nano)
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(f); err != nil {
		return nil, fmt.Errorf("write a feed: %w", err)
	}
	return b.Bytes(), nil
}
