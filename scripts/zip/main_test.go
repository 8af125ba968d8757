package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheSameProgramGivesTheSameBytes(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "bootstrap")
	want := bytes.Repeat([]byte("program"), 1000)
	if err := os.WriteFile(program, want, 0o600); err != nil {
		t.Fatal(err)
	}
	first, second := filepath.Join(folder, "1.zip"), filepath.Join(folder, "2.zip")
	size, err := pack(first, program)
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(program, later, later); err != nil {
		t.Fatal(err)
	}
	if _, err := pack(second, program); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(first)
	b, _ := os.ReadFile(second)
	if !bytes.Equal(a, b) || int64(len(a)) != size || size == 0 {
		t.Errorf("%d and %d bytes, said to be %d", len(a), len(b), size)
	}
	z, err := zip.OpenReader(first)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 {
		t.Fatalf("it holds %v", z.File)
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("unpacked to %d bytes, %v", len(got), err)
	}
}

func TestAMissingProgramLeavesNoZip(t *testing.T) {
	folder := t.TempDir()
	if _, err := pack(filepath.Join(folder, "a.zip"), filepath.Join(folder, "none")); err == nil {
		t.Error("no error")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}
