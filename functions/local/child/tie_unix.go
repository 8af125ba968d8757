//go:build unix && !linux

package child

import (
	"os/exec"
	"syscall"
)

// tie keeps a terminal's Ctrl-C from the child, and ends the child with this process by watchPipe.
func tie(cmd *exec.Cmd) {
	watchPipe(cmd)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
