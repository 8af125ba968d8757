package assemble

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/assemble/album"
	"github.com/weige/weige/functions/internal/assemble/developing"
	"github.com/weige/weige/functions/internal/darkroom"
	"github.com/weige/weige/functions/internal/darkroom/phototest"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
	"github.com/weige/weige/functions/internal/table"
	"github.com/weige/weige/functions/local/engine/enginetest"
	"github.com/weige/weige/functions/local/objectserver"
)

// files gives the world its buckets on a real object server.
func (w *world) files() {
	w.t.Helper()
	w.config.Uploads, w.config.Photos, w.config.Snapshots = "uploads", "photos", "snapshots"
	mux := http.NewServeMux()
	for _, bucket := range []string{w.config.Uploads, w.config.Photos, w.config.Snapshots} {
		h, err := objectserver.New(objectserver.Config{Folder: w.t.TempDir(), Bucket: bucket, Region: w.config.Region, AccessKey: w.config.AccessKey,
			SecretKey: w.config.SecretKey, MaxBytes: 16 << 20, Posted: func(key string) { w.posted = append(w.posted, key) }})
		if err != nil {
			w.t.Fatal(err)
		}
		mux.Handle("/"+bucket, h)
		mux.Handle("/"+bucket+"/", h)
	}
	server := httptest.NewServer(mux)
	w.t.Cleanup(server.Close)
	w.config.S3Endpoint = server.URL
}

// post sends a file by the form of a photo.
func (w *world) post(u api.PhotoUpload, file []byte) int {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, v := range u.Fields {
		_ = form.WriteField(name, v)
	}
	part, _ := form.CreateFormFile("file", "photo")
	_, _ = part.Write(file)
	_ = form.Close()
	res, err := http.Post(u.URL, form.FormDataContentType(), &body)
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// announce announces a JPEG.
func (w *world) announce() (u api.PhotoUpload) {
	w.t.Helper()
	w.must("POST", "/v1/"+town+"/photos", "", map[string]any{"content_type": "image/jpeg"}).into(w.t, &u)
	return u
}

// send announces and sends a photo that is not developed yet.
func (w *world) send() string {
	w.t.Helper()
	u := w.announce()
	if status := w.post(u, phototest.JPEG(300, 600)); status != http.StatusNoContent {
		w.t.Fatalf("sending a photo: %d", status)
	}
	return u.Photo
}

func (w *world) darkroom(to *table.Table) *darkroom.Darkroom {
	return developing.Darkroom(w.config, to, slog.New(slog.DiscardHandler))
}

// develop does what S3's notifications lead to.
func (w *world) develop(d *darkroom.Darkroom) {
	w.t.Helper()
	for _, key := range w.posted {
		if err := d.Develop(w.t.Context(), key); err != nil {
			w.t.Fatal(err)
		}
	}
	w.posted = nil
}

func (w *world) photos(path, token string) []api.Photo {
	w.t.Helper()
	var list api.PhotoList
	w.must("GET", path, token, nil).into(w.t, &list)
	return list.Photos
}

func fetch(t *testing.T, url string) (int, []byte) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, body
}

// A photo goes with its report, is shown to its reporter and to staff, and to everybody once staff released it.
func TestAPhotoGoesWithItsReport(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		d := w.darkroom(w.table)
		early, late := w.send(), w.send()
		filed := w.file(0.5, 0.5, "photos", []string{early}) // before it is developed
		w.develop(d)
		dispatcher := w.issuer.token("d", "dispatcher@town")
		tracked := "/v1/town/reports/track/" + filed.TrackingCode + "/photos"
		for range 2 { // the second time changes nothing
			w.must("POST", tracked, "", map[string]any{"photo": late})
		}
		mine, theirs := w.photos(tracked, ""), w.photos("/v1/town/photos?report="+filed.Report, dispatcher)
		if len(mine) != 2 || len(theirs) != 2 || mine[0].Photo != early || mine[1].Photo != late || mine[0].Status != api.PhotoReady || len(mine[0].Prints) != 3 ||
			mine[0].AddedBy != "" || theirs[0].AddedBy != "resident" {
			t.Fatalf("%+v\n%+v", mine, theirs)
		}
		for i, want := range []image.Point{{160, 320}, {300, 600}, {300, 600}} {
			status, body := fetch(t, mine[0].Prints[i].URL)
			m, err := jpeg.Decode(bytes.NewReader(body))
			if err != nil || status != 200 || m.Bounds().Size() != want || bytes.Contains(body, []byte("Exif")) || bytes.Contains(body, []byte(phototest.Secret)) {
				t.Errorf("print %d: %d, %v, %v", i, status, m, err)
			}
			plain, _, _ := strings.Cut(mine[0].Prints[i].URL, "?")
			if status, _ := fetch(t, plain); status != http.StatusForbidden {
				t.Errorf("without its signature: %d", status)
			}
		}
		w.release(filed, early, dispatcher)
		// Nothing of it is left in quarantine, and what comes by the same form later is thrown away.
		if _, err := album.Uploads(w.config).Head(t.Context(), "quarantine/town/"+early); !fault.Is(err, fault.Unknown) {
			t.Errorf("it is still in quarantine: %v", err)
		}
	})
}

// release checks who sees a photo before and after it is released.
func (w *world) release(filed api.Filed, id, dispatcher string) {
	t, report := w.t, "/v1/town/reports/"+filed.Report
	t.Helper()
	if list := w.photos("/v1/town/released-photos?report="+filed.Report, ""); len(list) != 0 {
		t.Errorf("everybody sees %+v", list)
	}
	for token, want := range map[string]int{"": 401, w.issuer.token("m", "member@town"): 403, w.issuer.token("d2", "dispatcher@town:c2"): 403, dispatcher: 200} {
		if a := w.do("PUT", report+"/photos/"+id+"/release", token, map[string]any{"released": true}); a.status != want {
			t.Errorf("releasing: %d %s; want %d", a.status, a.body, want)
		}
	}
	if list := w.photos("/v1/town/released-photos?report="+filed.Report, ""); len(list) != 1 || list[0].Photo != id || list[0].ReleasedBy != "" {
		t.Errorf("everybody sees %+v", list)
	}
	w.must("PUT", report+"/photos/"+id+"/release", dispatcher, map[string]any{"released": true}) // which it is
	lasting := "/v1/town/released-photos/" + id
	if a := w.do("GET", lasting, "", nil); a.status != 302 {
		t.Errorf("its lasting address: %d %s", a.status, a.body)
	} else if status, body := fetch(t, a.header.Get("Location")); status != 200 || http.DetectContentType(body) != "image/jpeg" {
		t.Errorf("its lasting address leads to %d, %d bytes", status, len(body))
	}
	if st := state(t, w, filed); st.Photo != id {
		t.Errorf("the report shows %q", st.Photo)
	}
	w.must("PUT", report+"/photos/"+id+"/release", dispatcher, map[string]any{"released": false})
	if list := w.photos("/v1/town/released-photos?report="+filed.Report, ""); len(list) != 0 {
		t.Errorf("taken back, and everybody sees %+v", list)
	}
	if a := w.do("GET", lasting, "", nil); a.status != 404 {
		t.Errorf("taken back, and its lasting address: %d %s", a.status, a.body)
	}
	w.happened(filed, "filed resident", "photo_added resident "+w.photos("/v1/town/photos?report="+filed.Report, dispatcher)[1].Photo, "photo_released d "+id, "photo_withdrawn d "+id)
	if list := w.photos("/v1/town/photos?report="+filed.Report, dispatcher); list[0].ReleasedBy != "d" {
		t.Errorf("nobody knows who did it: %+v", list[0])
	}
	if a := w.do("GET", "/v1/town/photos?report="+filed.Report, w.issuer.token("d2", "dispatcher@town:c2"), nil); a.status != 403 {
		t.Errorf("another street's dispatcher: %d", a.status)
	}
	private := w.file(0.5, 0.5, "service_code", "visit", "photos", []string{w.send()})
	w.develop(w.darkroom(w.table))
	path := "/v1/town/reports/" + private.Report
	list := w.photos("/v1/town/photos?report="+private.Report, dispatcher)
	if a := w.do("PUT", path+"/photos/"+list[0].Photo+"/release", dispatcher, map[string]any{"released": true}); a.status != 409 {
		t.Errorf("of a private report: %d %s", a.status, a.body)
	}
	if a := w.do("GET", "/v1/town/released-photos?report="+private.Report, "", nil); a.status != 404 {
		t.Errorf("of a private report: %d %s", a.status, a.body)
	}
}

// happened checks what stands in a report's history: kind, who, and the photo.
func (w *world) happened(filed api.Filed, want ...string) {
	w.t.Helper()
	events, err := w.table.Events(w.t.Context(), filed.Report)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, strings.TrimSpace(string(e.Kind)+" "+e.Who+" "+e.Photo))
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("in the history stands %q, want %q", got, want)
	}
	if st := state(w.t, w, filed); st.Photo != "" || int(st.Version) != len(want) {
		w.t.Errorf("the report is version %d and shows %q", st.Version, st.Photo)
	}
	var seen api.Tracked
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode, "", nil).into(w.t, &seen)
	if len(seen.Events) != len(want) {
		w.t.Errorf("its reporter sees %+v", seen.Events)
	}
}

// A photo that somebody added or released is in the way of no decision; any other step is.
func TestAPhotoIsInTheWayOfNoDecision(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	w.develop(w.darkroom(w.table))
	s := w.case0(0.5)
	photo := w.send()
	w.develop(w.darkroom(w.table))
	dispatcher, seen := w.issuer.token("d", "dispatcher@town"), state(t, w, s.filed).Version
	w.must("POST", "/v1/town/reports/"+s.filed.Report+"/photos", dispatcher, map[string]any{"photo": photo})
	w.must("PUT", "/v1/town/reports/"+s.filed.Report+"/photos/"+photo+"/release", dispatcher, map[string]any{"released": true})
	member, op := w.issuer.token("leader-11", "member@town:c1g1"), uuid.NewString()
	for range 2 { // the second time it was done
		w.must("POST", "/v1/town/reports/"+s.filed.Report+"/acceptance", member, map[string]any{"version": seen}, "Idempotency-Key", op)
	}
	if st := state(t, w, s.filed); st.Status != report.InProgress || st.Version != seen+3 {
		t.Errorf("%s, version %d after %d", st.Status, st.Version, seen)
	}
	if a := w.do("POST", "/v1/town/reports/"+s.filed.Report+"/resolution", member, map[string]any{"version": seen, "reply": "已修好"}, "Idempotency-Key", uuid.NewString()); a.status != http.StatusConflict {
		t.Errorf("past an acceptance: %d %s", a.status, a.body)
	}
	if a := w.do("POST", "/v1/town/reports/"+s.filed.Report+"/remarks", member, map[string]any{"version": seen, "reason": "记一笔"}, "Idempotency-Key", op); a.status != 422 {
		t.Errorf("the same key for something else: %d %s", a.status, a.body)
	}
}

// From one place come so many photos an hour and no more, and another place is not held by that.
func TestPhotosFromOnePlaceAreLimited(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	now := time.Now().Truncate(time.Hour)
	w.server.Photos.Now = func() time.Time { return now }
	begin := func(from string) error {
		_, err := w.server.Photos.Begin(t.Context(), town, "image/jpeg", from)
		return err
	}
	for n := range 120 {
		if err := begin("192.0.2.1"); err != nil {
			t.Fatalf("photo %d: %v", n, err)
		}
	}
	if err := begin("192.0.2.1"); !fault.Is(err, fault.TooMany) {
		t.Errorf("one more: %v", err)
	}
	if err := begin("192.0.2.2"); err != nil {
		t.Errorf("from another place: %v", err)
	}
	if now = now.Add(time.Hour); begin("192.0.2.1") != nil {
		t.Error("an hour later it is still refused")
	}
}

// What cannot be is refused where it is asked for, and a report is never filed with half its photos.
func TestPhotosThatCannotBe(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		d := w.darkroom(w.table)
		body := func(photos ...string) map[string]any {
			return map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "灯", "photos": photos}
		}
		taken := w.send()
		w.file(0.5, 0.5, "photos", []string{taken})
		free := w.send()
		for name, photos := range map[string][]string{"another report's": {free, taken}, "none": {free, strings.Repeat("A", 26)}, "twice": {free, free},
			"four": {"a", "b", "c", "d"}, "empty": {""}} {
			a := w.do("POST", "/v1/town/reports", "", body(photos...), "Idempotency-Key", uuid.NewString())
			if a.status != 422 || !strings.Contains(string(a.body), `"photos"`) {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		key := uuid.NewString()
		var first, again api.Filed
		w.must("POST", "/v1/town/reports", "", body(free), "Idempotency-Key", key).into(t, &first)
		w.must("POST", "/v1/town/reports", "", body(free), "Idempotency-Key", key).into(t, &again)
		if first.Report != again.Report {
			t.Error("a repeated filing with a photo is another report")
		}
		if a := w.do("POST", "/v1/town/photos", "", map[string]any{"content_type": "image/svg+xml"}); a.status != 422 || !strings.Contains(string(a.body), "content_type") {
			t.Errorf("a drawing: %d %s", a.status, a.body)
		}
		for name, c := range map[string]struct {
			file []byte
			want api.PhotoRefusal
		}{"an attack": {[]byte("<svg onload=alert(1)>"), api.PhotoNotReadable}, "another type": {phototest.PNGHeader(3, 3), api.PhotoWrongType},
			"HEIC": {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), api.PhotoWrongType}} {
			u := w.announce()
			w.post(u, c.file)
			w.develop(d)
			var p api.PhotoState
			w.must("GET", "/v1/town/photos/"+u.Photo, "", nil).into(t, &p)
			if p.Status != api.PhotoRefused || p.Refusal != c.want {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if a := w.do("POST", "/v1/town/photos", "", map[string]any{"content_type": "image/heic"}); a.status != 422 || !strings.Contains(string(a.body), "HEIC") {
			t.Errorf("HEIC: %d %s", a.status, a.body)
		}
		u := w.announce()
		if status := w.post(u, make([]byte, photo.MaxBytes+1)); status != http.StatusBadRequest || len(w.posted) != 0 {
			t.Errorf("too large: %d, %v", status, w.posted)
		}
	})
}

// A second file by the same form neither replaces what staff have seen, nor leaves anything behind.
func TestALaterFileDoesNotTakeThePlaceOfAPhoto(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	d := w.darkroom(w.table)
	u := w.announce()
	w.post(u, phototest.JPEG(300, 600))
	w.develop(d)
	filed := w.file(0.5, 0.5, "photos", []string{u.Photo})
	path := "/v1/town/reports/track/" + filed.TrackingCode + "/photos"
	before := w.photos(path, "")[0]
	w.post(u, phototest.JPEG(50, 50))
	w.develop(d)
	if after := w.photos(path, "")[0]; after.Width != before.Width || after.Height != before.Height {
		t.Errorf("it was replaced: %+v", after)
	}
	if _, err := album.Uploads(w.config).Head(t.Context(), "quarantine/town/"+u.Photo); !fault.Is(err, fault.Unknown) {
		t.Errorf("the second file stays in quarantine: %v", err)
	}
}

// What nobody claims is gone after a day, with its prints; what S3 did not tell of is developed all the same; what never came is refused.
func TestUnclaimedPhotosExpireAndLostOnesAreFound(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, endpoint string) {
		w := newWorld(t, endpoint)
		w.settle()
		w.config.PhotosFor = 100 * 24 * time.Hour
		d := w.darkroom(w.table)
		lonely, claimed := w.send(), w.send()
		w.develop(d)
		filed := w.file(0.5, 0.5, "photos", []string{claimed})
		untold, never := w.send(), w.announce().Photo
		w.posted = nil
		there := func(id string, at time.Time, want int, status api.PhotoStatus) {
			t.Helper()
			w.server.Photos.Now = func() time.Time { return at }
			a := w.do("GET", "/v1/town/photos/"+id, "", nil)
			var p api.PhotoState
			if a.status == 200 {
				a.into(t, &p)
			}
			if a.status != want || p.Status != status {
				t.Errorf("%d %s; want %d %s", a.status, a.body, want, status)
			}
		}
		tend := func(at time.Time) {
			t.Helper()
			d.Now = func() time.Time { return at }
			if _, err := d.Tend(t.Context()); err != nil {
				t.Error(err)
			}
		}
		now := time.Now()
		tend(now)
		there(untold, now, 200, api.PhotoWaiting)
		tend(now.Add(time.Hour))
		there(untold, now, 200, api.PhotoReady)
		there(never, now, 200, api.PhotoRefused)
		print, err := w.table.Photo(t.Context(), town, lonely)
		if err != nil {
			t.Fatal(err)
		}
		expired := now.Add(photo.KeptFor + time.Second)
		there(lonely, expired, 404, "") // also while it is still stored
		if err := w.server.Photos.Add(t.Context(), state(t, w, filed), lonely, "resident"); !fault.Is(err, fault.Invalid) {
			t.Errorf("claimed too late: %v", err)
		}
		tend(now.Add(photo.KeptFor + time.Hour))
		if _, err := album.Prints(w.config).Head(t.Context(), print.PrintKey(320)); !fault.Is(err, fault.Unknown) {
			t.Errorf("its print is still there: %v", err)
		}
		if _, err := w.table.Photo(t.Context(), town, lonely); !fault.Is(err, fault.Unknown) {
			t.Errorf("it is still known: %v", err)
		}
		there(claimed, now.Add(1000*time.Hour), 200, api.PhotoReady)
		left, err := d.Tend(t.Context())
		if err != nil || left != 0 {
			t.Errorf("%d photos are looked after before it is time, %v", left, err)
		}
		// What a report has is kept for so long, and then its prints are thrown away.
		kept, err := w.table.Photo(t.Context(), town, claimed)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct {
			days   time.Duration
			status api.PhotoStatus
		}{{99, api.PhotoReady}, {101, api.PhotoRefused}} {
			tend(now.Add(at.days * 24 * time.Hour))
			there(claimed, now, 200, at.status)
			if _, err := album.Prints(w.config).Head(t.Context(), kept.PrintKey(320)); (err == nil) != (at.status == api.PhotoReady) {
				t.Errorf("its print after %d days: %v", at.days, err)
			}
		}
		if left, err := d.Tend(t.Context()); err != nil || left != 0 {
			t.Errorf("%d photos are looked after for ever, %v", left, err)
		}
	})
}

// Many who add photos at once never make more than a report may have.
func TestAReportHasSoManyPhotosAndNoMore(t *testing.T) {
	w := newWorld(t, enginetest.Default(t))
	w.settle()
	filed := w.file(0.5, 0.5)
	st := state(t, w, filed)
	var group sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for range photo.MaxOfReport + 4 {
		id := w.announce().Photo
		group.Go(func() {
			err := w.server.Photos.Add(t.Context(), st, id, "resident")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				added++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if list, err := w.server.Photos.Of(t.Context(), st); added != photo.MaxOfReport || len(list) != added || err != nil {
		t.Errorf("%d were added, %d are there, %v", added, len(list), err)
	}
}

// photographEverything has the function develop do what it does.
func (w *world) photographEverything(to *table.Table) {
	d, dispatcher := w.darkroom(to), w.issuer.token("d", "dispatcher@town")
	first, second, lonely := w.send(), w.send(), w.send()
	w.develop(d)
	filed := w.file(0.5, 0.5, "photos", []string{first})
	report := "/v1/town/reports/" + filed.Report
	w.must("GET", "/v1/town/photos/"+lonely, "", nil)
	w.must("POST", "/v1/town/reports/track/"+filed.TrackingCode+"/photos", "", map[string]any{"photo": second})
	w.must("POST", report+"/photos", dispatcher, map[string]any{"photo": second})
	w.must("GET", "/v1/town/photos?report="+filed.Report, dispatcher, nil)
	w.must("PUT", report+"/photos/"+first+"/release", dispatcher, map[string]any{"released": true})
	w.must("GET", "/v1/town/released-photos?report="+filed.Report, "", nil)
	w.do("GET", "/v1/town/released-photos/"+first, "", nil)
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode+"/photos", "", nil)
	d.Now = func() time.Time { return time.Now().Add(2 * photo.KeptFor) }
	if n, err := d.Tend(w.t.Context()); err != nil || n != 3 {
		w.t.Errorf("looked after %d photos: %v", n, err)
	}
}

func state(t *testing.T, w *world, filed api.Filed) report.State {
	t.Helper()
	st, _, err := w.table.Report(t.Context(), town, filed.Report)
	if err != nil {
		t.Fatal(err)
	}
	return st
}
