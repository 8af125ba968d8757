// Package phototest makes photos for tests: as a telephone does, with a position in them and lying on their side.
package phototest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
)

// Corners are the colours of the quarters of what was seen: top left, top right, bottom left, bottom right.
var Corners = [4]color.RGBA{{220, 30, 30, 255}, {30, 200, 30, 255}, {30, 30, 220, 255}, {230, 220, 30, 255}}

// Secret is in the metadata of every JPEG, as a place and a name are in a telephone's.
const Secret = "32.2061N 119.4633E 居民的手机"

// Seen is what was seen, of width w and height h.
func Seen(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, Corners[2*(2*y/h)+2*x/w])
		}
	}
	return m
}

// JPEG is what was seen as a camera stores it that was turned to the left: rows are columns (EXIF orientation 6), with metadata of every
// kind that names a place: EXIF with GPS and a thumbnail, XMP, and a comment.
func JPEG(w, h int) []byte {
	seen := Seen(w, h)
	stored := image.NewRGBA(image.Rect(0, 0, h, w))
	for y := range w {
		for x := range h {
			stored.SetRGBA(x, y, seen.RGBAAt(w-1-y, x))
		}
	}
	return withMetadata(encode(stored), 6)
}

func encode(m image.Image) []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}) // a buffer takes everything
	return b.Bytes()
}

// withMetadata puts segments after the first marker of a JPEG.
func withMetadata(file []byte, orientation uint16) []byte {
	var b bytes.Buffer
	b.Write(file[:2])
	segment := func(marker byte, content []byte) {
		b.Write([]byte{0xff, marker})
		_ = binary.Write(&b, binary.BigEndian, uint16(len(content)+2))
		b.Write(content)
	}
	segment(0xe1, append([]byte("Exif\x00\x00"), exif(orientation)...))
	segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>GPSLatitude "+Secret+"</x:xmpmeta>"))
	segment(0xfe, []byte(Secret))
	b.Write(file[2:])
	return b.Bytes()
}

// exif is a TIFF of two directories (CIPA DC-008): orientation, a description and where the GPS directory is; and a latitude in it.
func exif(orientation uint16) []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v)
		}
	}
	const ifd, entry = 8, 12
	gps := uint32(ifd + 2 + 3*entry + 4)
	text := gps + 2 + 2*entry + 4
	put([]byte("II*\x00"), uint32(ifd), uint16(3))
	put(uint16(0x010e), uint16(2), uint32(len(Secret)+1), text)
	put(uint16(0x0112), uint16(3), uint32(1), orientation, uint16(0))
	put(uint16(0x8825), uint16(4), uint32(1), gps, uint32(0))
	put(uint16(2), uint16(1), uint16(2), uint32(2), []byte("N\x00\x00\x00"))
	put(uint16(2), uint16(5), uint32(3), text+uint32(len(Secret)+1), uint32(0))
	put([]byte(Secret), byte(0))
	put(uint32(32), uint32(1), uint32(12), uint32(1), uint32(22), uint32(1))
	return b.Bytes()
}

// PNGHeader is the beginning of a PNG of w by h pixels, which is all there is of it.
func PNGHeader(w, h uint32) []byte {
	head := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	head = append(head, 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), binary.BigEndian.AppendUint32(nil, uint32(len(head)-4))...)
	return append(append(b, head...), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(head))...)
}
