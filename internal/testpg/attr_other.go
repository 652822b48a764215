//go:build !linux && !windows

package testpg

import "syscall"

func serverAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
