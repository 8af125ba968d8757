package assemble

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weige/weige/functions/local/engine/enginetest"
)

// atom is what a reader takes from a feed (RFC 4287).
type atom struct {
	ID      string `xml:"http://www.w3.org/2005/Atom id"`
	Updated string `xml:"http://www.w3.org/2005/Atom updated"`
	Entries []struct {
		ID      string `xml:"http://www.w3.org/2005/Atom id"`
		Title   string `xml:"http://www.w3.org/2005/Atom title"`
		Updated string `xml:"http://www.w3.org/2005/Atom updated"`
		Content string `xml:"http://www.w3.org/2005/Atom content"`
		Point   string `xml:"http://www.georss.org/georss point"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

func (w *world) feed(path string) (f atom, tag string) {
	w.t.Helper()
	a := w.must("GET", "/v1/town/feeds/"+path, "", nil)
	if got := a.header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
		w.t.Errorf("%s is %s", path, got)
	}
	if err := xml.Unmarshal(a.body, &f); err != nil {
		w.t.Fatalf("%v in %s", err, a.body)
	}
	return f, a.header.Get("ETag")
}

// A feed holds the open public reports of an area, newest first, without a word of anybody; it is read again only where it changed.
func TestFeeds(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		if f, _ := w.feed("reports.atom"); len(f.Entries) != 0 || f.ID == "" {
			t.Errorf("of an empty town: %+v", f)
		}
		first := w.file(0.5, 0.5, "description", "<script>我家</script>")
		w.file(1.5, 0.5, "service_code", "visit")
		other, outside := w.file(2.5, 0.5), w.file(9, 9)
		ids := func(f atom) (all string) {
			for _, e := range f.Entries {
				all += strings.TrimPrefix(e.ID, "urn:uuid:") + " "
			}
			return all
		}
		all, tag := w.feed("reports.atom?lang=en")
		if got := ids(all); got != outside.Report+" "+other.Report+" "+first.Report+" " {
			t.Errorf("not the newest first: %s", got)
		}
		one := all.Entries[2]
		if one.Title != "Light · c1g1" || one.Content != "Light · c1g1 · assigned" || one.Point != "0.0005000 0.0005000" {
			t.Errorf("%+v", one)
		}
		if at, err := time.Parse(time.RFC3339Nano, all.Updated); err != nil || time.Since(at) > time.Minute {
			t.Errorf("updated %s", all.Updated)
		}
		under, _ := w.feed("areas/c1.atom")
		if got := ids(under); got != first.Report+" " || under.ID == all.ID {
			t.Errorf("of c1: %s", got)
		}
		if a := w.do("GET", "/v1/town/feeds/reports.atom?lang=en", "", nil, "If-None-Match", "W/"+tag); a.status != http.StatusNotModified || len(a.body) != 0 {
			t.Errorf("unchanged: %d %s", a.status, a.body)
		}
		s := w.at(first.Report)
		s.must("d", "dispatcher@town", "acceptance")
		if changed, other := w.feed("areas/c1.atom?lang=zh"); other == tag || !strings.HasSuffix(changed.Entries[0].Content, "正在处理") {
			t.Errorf("%+v", changed.Entries)
		}
		s.must("d", "dispatcher@town", "rejection", "code", "other", "reason", "不归这里", "reply", "不归这里")
		if f, _ := w.feed("areas/c1.atom"); len(f.Entries) != 0 {
			t.Errorf("what ended is still there: %+v", f)
		}
		for _, path := range []string{"other.atom", "reports", "areas/c9.atom", "areas/c1", "areas/.atom"} {
			if a := w.do("GET", "/v1/town/feeds/"+path, "", nil); a.status != http.StatusNotFound {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		if a := w.do("GET", "/v1/town/feeds/reports.atom?lang=fr", "", nil); a.status != 422 || !strings.Contains(string(a.body), `"lang"`) {
			t.Errorf("in French: %d %s", a.status, a.body)
		}
	})
}
