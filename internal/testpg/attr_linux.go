package testpg

import "syscall"

// serverAttr makes the kernel stop the server when its starter dies.
func serverAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT} }
