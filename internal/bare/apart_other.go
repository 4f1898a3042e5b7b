//go:build !linux

package bare

import "syscall"

func apart() *syscall.SysProcAttr { return nil }
