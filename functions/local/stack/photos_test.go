package stack

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"

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
