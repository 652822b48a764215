//go:build !linux && !windows

package testsys

import "syscall"

func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
