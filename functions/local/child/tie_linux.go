package child

import (
	"os/exec"
	"syscall"
)

// tie makes the kernel end the child with this process, and keeps a terminal's Ctrl-C from the child so that the server can finish
// what it is doing first.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
