// Command zip packs one program for Lambda. The same program gives the same bytes: no times, no owners.
package main

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

func main() {
	most := flag.Int64("most", 0, "fail when the zip is larger than this many bytes; 0 means any size")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: zip [-most BYTES] OUT.zip PROGRAM")
		os.Exit(2)
	}
	size, err := pack(flag.Arg(0), flag.Arg(1))
	if err == nil {
		fmt.Printf("%-32s %5.2f MB\n", flag.Arg(0), float64(size)/1e6)
		if *most > 0 && size > *most {
			err = fmt.Errorf("%s has %d bytes and may have %d", flag.Arg(0), size, *most)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "zip:", err)
		os.Exit(1)
	}
}

// pack writes a zip that holds the program alone, executable, under its own name, and gives the zip's size in bytes. The zip appears
// whole or not at all.
func pack(out, program string) (size int64, err error) {
	in, err := os.Open(program)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	half, err := os.CreateTemp(filepath.Dir(out), ".zip-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(half.Name()) // gone already when all went well
	err = write(half, filepath.Base(program), in)
	info, statErr := half.Stat()
	if err = errors.Join(err, statErr, half.Close()); err != nil {
		return 0, err
	}
	return info.Size(), errors.Join(os.Chmod(half.Name(), 0o644), os.Rename(half.Name(), out))
}

func write(to io.Writer, name string, program io.Reader) error {
	z := zip.NewWriter(to)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)} // the zip epoch
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, program); err != nil {
		return err
	}
	return z.Close()
}
