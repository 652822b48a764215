package testsys

import "syscall"

// childAttr makes the kernel kill a program when the tests die.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
