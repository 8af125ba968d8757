//go:build unix

package child

import (
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The watching shell stands in for the kernel on systems other than Linux; it works here too and so is tested here.
func TestWatchPipeEndsTheCommandWhenThePipeCloses(t *testing.T) {
	cases := map[string]struct {
		command []string
		end     func(stdin interface{ Close() error }, pid int)
	}{
		"this process is gone": {[]string{"sleep", "600"}, func(stdin interface{ Close() error }, _ int) { _ = stdin.Close() }},
		"it is told to stop":   {[]string{"sleep", "600"}, func(_ interface{ Close() error }, pid int) { _ = syscall.Kill(-pid, syscall.SIGTERM) }},
		"it ends by itself":    {[]string{"true"}, func(interface{ Close() error }, int) {}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(c.command[0], c.command[1:]...)
			stdin := watchPipe(cmd)
			read, write, err := os.Pipe() // ends when the last process that holds it does
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			cmd.Stdout = write
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			write.Close()
			time.Sleep(100 * time.Millisecond)
			c.end(stdin, cmd.Process.Pid)
			_ = cmd.Wait()
			if err := read.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := read.Read(make([]byte, 1)); err != io.EOF {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				t.Fatalf("a process of the group is left: %v", err)
			}
		})
	}
}
