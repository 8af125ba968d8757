//go:build unix

package engine

import (
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
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			group := cmd.Process.Pid
			time.Sleep(100 * time.Millisecond)
			c.end(stdin, group)
			_ = cmd.Wait()
			for end := time.Now().Add(5 * time.Second); syscall.Kill(-group, 0) == nil; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					_ = syscall.Kill(-group, syscall.SIGKILL)
					t.Fatal("a process of the group is left")
				}
			}
		})
	}
}
