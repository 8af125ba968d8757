package stack

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/darkroom/phototest"
)

// photos sends a photo by its form, has develop told of it as S3 does, files a report with it, and looks at its prints.
func (w *world) photos() {
	t := w.t
	if w.Specs["develop"].Env["TRACKING_KEY"] != "" || w.Specs["develop"].Env["CONTACT_KEY"] != "" {
		t.Error("develop works on files of strangers and is given a key")
	}
	var u api.PhotoUpload
	w.must("POST", "/v1/town/photos", "", map[string]any{"content_type": "image/jpeg"}).into(t, &u)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, v := range u.Fields {
		_ = form.WriteField(name, v)
	}
	part, _ := form.CreateFormFile("file", "photo")
	_, _ = part.Write(phototest.JPEG(1500, 3000))
	_ = form.Close()
	res, err := http.Post(u.URL, form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		t.Fatalf("sending: %d", res.StatusCode)
	}
	if err := w.TellOfPhotos(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Functions["develop"].Invoke(t.Context(), []byte(`{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}`)); err != nil {
		t.Error(err)
	}
	filed := w.file(map[string]any{"service_code": "light", "lon": 0.0005, "lat": 0.0005, "description": "灯", "photos": []string{u.Photo}})
	var list api.PhotoList
	w.must("GET", "/v1/town/reports/track/"+filed.TrackingCode+"/photos", "", nil).into(t, &list)
	if len(list.Photos) != 1 || len(list.Photos[0].Prints) != 3 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []image.Point{{160, 320}, {512, 1024}, {1024, 2048}} {
		res, err := http.Get(list.Photos[0].Prints[i].URL)
		if err != nil {
			t.Fatal(err)
		}
		file, _ := io.ReadAll(res.Body)
		res.Body.Close()
		m, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil || m.Bounds().Size() != want || bytes.Contains(file, []byte("Exif")) {
			t.Errorf("print %d: %v, %v", i, m, err)
		}
	}
}

// open311 files a report with a photo as an application of others does: the gateway hands the file over in base64, and S3 wakes the darkroom.
func (w *world) open311() {
	t := w.t
	var made api.NewApplication
	w.must("POST", "/v1/town/applications", w.token(administrator), map[string]any{"name": "热线"}, "Idempotency-Key", uuid.NewString()).into(t, &made)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, v := range map[string]string{"api_key": made.Key, "service_code": "light", "lat": "0.0005", "long": "0.0005", "description": "灯"} {
		_ = form.WriteField(name, v)
	}
	part, _ := form.CreateFormFile("media", "photo")
	_, _ = part.Write(phototest.JPEG(300, 600))
	_ = form.Close()
	res, err := http.Post(w.URL+"/open311/v2/requests.json", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var filed []struct {
		ID string `json:"service_request_id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&filed); err != nil || res.StatusCode != 200 || len(filed) != 1 {
		t.Fatalf("Open311: %d, %v, %v", res.StatusCode, filed, err)
	}
	if err := w.TellOfPhotos(t.Context()); err != nil {
		t.Fatal(err)
	}
	var list api.PhotoList
	w.must("GET", "/v1/town/photos?report="+filed[0].ID, w.token(administrator), nil).into(t, &list)
	if len(list.Photos) != 1 || list.Photos[0].Status != api.PhotoReady {
		t.Errorf("the photo of Open311: %+v", list.Photos)
	}
}
