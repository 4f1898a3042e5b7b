// Command sbom lists what a built program is made of, as CycloneDX 1.6 in JSON: the
// modules and their hashes that the Go linker wrote into it, and Go itself. The same
// program gives the same bytes. It fails when the file is no Go program.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

var errUsage = errors.New("usage: sbom PROGRAM")

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 1 {
		return errUsage
	}
	info, err := buildinfo.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("read program: %w", err)
	}
	b, err := json.MarshalIndent(listOf(info), "", "  ")
	if err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s\n", b)
	return err
}

func listOf(info *debug.BuildInfo) bom {
	version := "unknown"
	var settings []property
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version = s.Value
		}
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" || s.Key == "CGO_ENABLED" || s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "-trimpath" {
			settings = append(settings, property{"go:" + s.Key, s.Value})
		}
	}
	list := bom{Format: "CycloneDX", Spec: "1.6", Version: 1}
	list.Metadata.Component = component{Type: "application", Ref: "klankbord", Name: "klankbord", Version: version, Properties: settings}
	list.Components = []component{{Type: "platform", Ref: "go", Name: "go", Version: info.GoVersion, PURL: "pkg:golang/std@" + info.GoVersion}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		list.Components = append(list.Components, component{
			Type: "library", Ref: purl, Name: m.Path, Version: m.Version, PURL: purl, Properties: []property{{"go:sum", m.Sum}},
		})
	}
	return list
}
