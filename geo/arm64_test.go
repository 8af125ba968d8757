package geo

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The tests that state exact answers pass on arm64 as well: cross-compiled and run under qemu-user (Debian's package qemu-user).
func TestArm64(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("this is the other processor")
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("qemu-user is missing: %v", err)
	}
	binary := filepath.Join(t.TempDir(), "geo.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(qemu, binary, "-test.v", "-test.run", "Golden|Shared|Five|Holes|LongEdges|Overlaps|Round|Label|RealDistricts|CheckNames|RepairTouches|Suspect|RealFaults|DiffWhere").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
