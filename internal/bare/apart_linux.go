package bare

import "syscall"

// apart makes the child die with the server, and keeps from it what a terminal sends.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
