// Package darkroom develops the photos that residents send: it is the only reader of the quarantine in which they arrive, and nothing of
// the file that was sent is in what it makes but the pixels.
package darkroom

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // registers the format

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers the format

	"github.com/weige/weige/functions/internal/photo"
)

// MaxPixels is how many pixels a photo has at most.
const MaxPixels = 40_000_000

// quality of the prints, of 1 to 100.
const quality = 85

// Print is one size of a developed photo.
type Print struct {
	Size          int // one of photo.Sizes
	Width, Height int
	JPEG          []byte // baseline JPEG without any application segment: neither EXIF nor profile nor comment
}

// Develop makes the prints of a file, smallest first: upright, whatever way the camera was held, and transparent parts white. What the
// header says is checked before anything is decoded. kind is the content type that the file was announced with. A file of which there
// can be no prints is a refusal and no error.
func Develop(file []byte, kind string) ([]Print, photo.Refusal) {
	c, format, err := image.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil && photo.KindOf(file) != "" && photo.KindOf(file) != kind: // HEIC that was announced as something else
		return nil, photo.WrongType
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return nil, photo.NotReadable
	case "image/"+format != kind:
		return nil, photo.WrongType
	case c.Width > MaxPixels/c.Height:
		return nil, photo.TooManyPixels
	}
	source, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, photo.NotReadable
	}
	orientation := orientationOf(file, format)
	prints := make([]Print, len(photo.Sizes))
	for i := len(photo.Sizes) - 1; i >= 0; i-- {
		small := shrink(source, photo.Sizes[i])
		source = small // the next one is made of this one
		upright := turn(small, orientation)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, upright, &jpeg.Options{Quality: quality}); err != nil {
			return nil, photo.NotReadable
		}
		size := upright.Bounds().Size()
		prints[i] = Print{Size: photo.Sizes[i], Width: size.X, Height: size.Y, JPEG: b.Bytes()}
	}
	return prints, ""
}

// shrink scales an image until its longest edge is at most edge pixels, on white. It goes by halves, each of which is the mean of four
// pixels, so that it needs no more memory than the image at half its size.
func shrink(source image.Image, edge int) *image.RGBA {
	for {
		size := source.Bounds().Size()
		longest := max(size.X, size.Y)
		to := size
		switch {
		case longest > 2*edge:
			to = image.Pt((size.X+1)/2, (size.Y+1)/2)
		case longest > edge:
			to = image.Pt(max(1, (size.X*edge+longest/2)/longest), max(1, (size.Y*edge+longest/2)/longest))
		}
		target := image.NewRGBA(image.Rectangle{Max: to})
		draw.Draw(target, target.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		if to == size {
			draw.Draw(target, target.Bounds(), source, source.Bounds().Min, draw.Over)
		} else {
			draw.ApproxBiLinear.Scale(target, target.Bounds(), source, source.Bounds(), draw.Over, nil)
		}
		if longest <= 2*edge {
			return target
		}
		source = target
	}
}

// turn puts an image upright. The orientation is that of EXIF (CIPA DC-008, tag 274): where row 0 and column 0 of what is stored lie in
// what was seen.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var at image.Point
			switch orientation {
			case 2:
				at = image.Pt(w-1-x, y)
			case 3:
				at = image.Pt(w-1-x, h-1-y)
			case 4:
				at = image.Pt(x, h-1-y)
			case 5:
				at = image.Pt(y, x)
			case 6:
				at = image.Pt(h-1-y, x)
			case 7:
				at = image.Pt(h-1-y, w-1-x)
			case 8:
				at = image.Pt(y, w-1-x)
			}
			out.SetRGBA(at.X, at.Y, m.RGBAAt(x, y))
		}
	}
	return out
}

var formats = map[string]imagemeta.ImageFormat{"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP}

// mostTags bounds what is read of a file's metadata.
const mostTags = 1000

// orientationOf gives the EXIF orientation of 1 to 8; 1, upright, where there is none that can be read.
func orientationOf(file []byte, format string) (orientation int) {
	orientation = 1
	_, _ = imagemeta.Decode(imagemeta.Options{R: bytes.NewReader(file), ImageFormat: formats[format], Sources: imagemeta.EXIF, LimitNumTags: mostTags,
		LimitTagSize:    64,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == "Orientation" && t.Namespace == "IFD0" },
		HandleTag: func(t imagemeta.TagInfo) error {
			var n int
			if _, err := fmt.Sscan(fmt.Sprint(t.Value), &n); err == nil && n >= 1 && n <= 8 {
				orientation = n
			}
			return imagemeta.ErrStopWalking
		}}) // what cannot be read is as good as absent
	return orientation
}
