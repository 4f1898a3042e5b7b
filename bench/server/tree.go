package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var errRoot = errors.New("run this from within the source tree")

// SourceTree is the folder of the source tree in which the program was started.
func SourceTree() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find source tree: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errRoot
		}
		dir = up
	}
}
