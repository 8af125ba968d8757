//go:build unix

package child

import (
	"io"
	"os/exec"
	"syscall"
)

// watchPipe puts a shell in front of the command that ends it when this process is gone, for systems whose kernel does not: the
// shell's standard input is a pipe which nobody writes to and which closes with this process. The command must lead a process group:
// the shell ends the whole of it, and itself when the command ends.
func watchPipe(cmd *exec.Cmd) io.Closer {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil // then the child ends with Stop only
	}
	args := append([]string{"sh", "-c", `("$@" </dev/null; kill -9 0) & read _; kill -9 0`, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.Args = shell, args
	stdin, err := cmd.StdinPipe() // held open until the command has been waited for
	if err != nil {
		return nil
	}
	return stdin
}

// signalGroup signals the child's process group: it leads one.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) {
	_ = syscall.Kill(-cmd.Process.Pid, s) // fails only when it is gone
}
