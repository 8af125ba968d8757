package darkroom

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"testing"

	"github.com/weige/weige/functions/internal/darkroom/phototest"
	"github.com/weige/weige/functions/internal/photo"
)

// near reports whether a pixel has a colour, as far as JPEG keeps it.
func near(c color.Color, want color.RGBA) bool {
	r, g, b, _ := c.RGBA()
	d := func(x uint32, y uint8) int { return max(int(x>>8)-int(y), int(y)-int(x>>8)) }
	return d(r, want.R) < 30 && d(g, want.G) < 30 && d(b, want.B) < 30
}

// upright checks the quarters of a print.
func upright(t *testing.T, m image.Image) {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for i, want := range phototest.Corners {
		at := image.Pt(w/4+i%2*w/2, h/4+i/2*h/2)
		if !near(m.At(at.X, at.Y), want) {
			t.Errorf("at %v of %dx%d: %v; want %v", at, w, h, m.At(at.X, at.Y), want)
		}
	}
}

// A telephone's photo comes out upright in three sizes, and nothing of what the file said of place or person is in them.
func TestPrintsAreUprightAndHoldNothingButPixels(t *testing.T) {
	file := phototest.JPEG(1500, 3000)
	for _, mark := range marks {
		if !bytes.Contains(file, mark) {
			t.Fatalf("the test's photo holds no %q", mark)
		}
	}
	prints, refusal := Develop(file, "image/jpeg")
	if refusal != "" || len(prints) != 3 {
		t.Fatalf("%d prints, %q", len(prints), refusal)
	}
	for i, want := range []image.Point{{160, 320}, {512, 1024}, {1024, 2048}} {
		p := prints[i]
		m, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || m.Bounds().Size() != want || p.Width != want.X || p.Height != want.Y || p.Size != photo.Sizes[i] {
			t.Fatalf("print %d: %v, %+v, %v; want %v", i, m.Bounds(), image.Pt(p.Width, p.Height), err, want)
		}
		upright(t, m)
		bare(t, p.JPEG)
	}
}

var marks = [][]byte{[]byte("Exif"), []byte("GPS"), []byte("xmp"), []byte(phototest.Secret)}

// bare checks that a JPEG holds no segment but those that decoding needs.
func bare(t *testing.T, file []byte) {
	t.Helper()
	for _, mark := range marks {
		if bytes.Contains(file, mark) {
			t.Errorf("a print holds %q", mark)
		}
	}
	for i := 2; i+4 <= len(file) && file[i] == 0xff; {
		marker := file[i+1]
		if marker >= 0xe0 && marker <= 0xef || marker == 0xfe {
			t.Errorf("a print holds a segment %x", marker)
		}
		if marker == 0xda {
			return
		}
		i += 2 + int(file[i+2])<<8 + int(file[i+3])
	}
	t.Error("a print is no JPEG")
}

// Every orientation is undone: a corner that is marked in what was seen is there again.
func TestEveryOrientationIsUndone(t *testing.T) {
	seen := phototest.Seen(40, 20)
	for orientation := 1; orientation <= 8; orientation++ {
		w, h := 40, 20
		if orientation >= 5 {
			w, h = 20, 40
		}
		// As EXIF says it: which side of what was seen row 0 and column 0 are.
		stored := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				a, b := x, y
				if orientation >= 5 {
					a, b = y, x
				}
				if slices.Contains([]int{2, 3, 6, 7}, orientation) {
					a = 39 - a
				}
				if slices.Contains([]int{3, 4, 7, 8}, orientation) {
					b = 19 - b
				}
				stored.SetRGBA(x, y, seen.RGBAAt(a, b))
			}
		}
		got := turn(stored, orientation)
		if got.Bounds() != seen.Bounds() || !bytes.Equal(got.Pix, seen.Pix) {
			t.Errorf("orientation %d comes out as %v", orientation, got.Bounds())
		}
	}
}

// 41 million pixels are refused by the header: nothing near the size of the image is ever allocated.
func TestTooManyPixelsAreRefusedBeforeDecoding(t *testing.T) {
	var before, after runtime.MemStats
	for _, size := range [][2]uint32{{41_000, 1000}, {1, 41_000_000}, {1 << 30, 1 << 30}} {
		file := phototest.PNGHeader(size[0], size[1])
		runtime.ReadMemStats(&before)
		_, refusal := Develop(file, "image/png")
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 || refusal != photo.TooManyPixels && refusal != photo.NotReadable {
			t.Errorf("%v: %q after %d bytes", size, refusal, used)
		}
	}
	if _, refusal := Develop(phototest.PNGHeader(41_000, 1000), "image/png"); refusal != photo.TooManyPixels {
		t.Errorf("41 million: %q", refusal)
	}
	if _, refusal := Develop(phototest.PNGHeader(40_000, 1000), "image/png"); refusal != photo.NotReadable {
		t.Errorf("40 million of which nothing follows: %q", refusal)
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	good := phototest.JPEG(40, 20)
	for name, c := range map[string]struct {
		file []byte
		kind string
		want photo.Refusal
	}{
		"nothing":        {nil, "image/jpeg", photo.NotReadable},
		"text":           {[]byte("<script>alert(1)</script>"), "image/jpeg", photo.NotReadable},
		"cut":            {good[:len(good)/2], "image/jpeg", photo.NotReadable},
		"another type":   {good, "image/png", photo.WrongType},
		"gif":            {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "image/gif", photo.NotReadable},
		"webp of nought": {[]byte("RIFF\x0c\x00\x00\x00WEBPVP8 "), "image/webp", photo.NotReadable},
	} {
		if prints, refusal := Develop(c.file, c.kind); refusal != c.want || prints != nil {
			t.Errorf("%s: %q, want %q", name, refusal, c.want)
		}
	}
}

// A small picture is not made larger, and what is transparent is white.
func TestSmallAndTransparentPictures(t *testing.T) {
	var b bytes.Buffer
	m := image.NewNRGBA(image.Rect(0, 0, 100, 50))
	m.SetNRGBA(10, 10, color.NRGBA{0, 0, 0, 0})
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	prints, refusal := Develop(b.Bytes(), "image/png")
	if refusal != "" {
		t.Fatal(refusal)
	}
	for _, p := range prints {
		got, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil || got.Bounds().Size() != image.Pt(100, 50) || !near(got.At(50, 25), color.RGBA{255, 255, 255, 255}) {
			t.Errorf("%v, %v, %v", got.Bounds(), got.At(50, 25), err)
		}
	}
}

func FuzzDevelop(f *testing.F) {
	f.Add(phototest.JPEG(40, 20), 0)
	f.Add(phototest.PNGHeader(4, 4), 1)
	f.Fuzz(func(t *testing.T, file []byte, kind int) {
		if len(file) > 1<<16 {
			t.Skip()
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(file)); err == nil && c.Width*c.Height > 1<<22 {
			t.Skip() // right, and slow
		}
		prints, _ := Develop(file, photo.Types[uint(kind)%uint(len(photo.Types))])
		for _, p := range prints {
			bare(t, p.JPEG)
		}
	})
}

// BenchmarkDevelop reports what a photo of 12 million pixels costs.
func BenchmarkDevelop(b *testing.B) {
	file := phototest.JPEG(3000, 4000)
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := Develop(file, "image/jpeg"); refusal != "" {
			b.Fatal(refusal)
		}
	}
}
