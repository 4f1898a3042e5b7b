// Package access decides who receives keys and what a signed-in member may ask
// for. It holds the one function through which every list of recipients passes
// and from which the excluded are subtracted. It has no I/O and no clock; it
// never hands out a secret and fails only by leaving somebody out.
package access

import (
	"log/slog"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Actor is a signed-in member during one request. Only signin makes one.
type Actor struct {
	Member   staff.ID
	Name     string
	Language string
	Session  string // look-up of the session, to count reads once
	Entry    staff.Entry
	Keys     *seal.Keys
	Passkey  bool // has one that can be shown in the place of the password
	// Shortcuts says whether single keys do something on the member's pages.
	Shortcuts Shortcuts
}

// Shortcuts says whether a member wants single keys to do something. Whoever speaks to the
// computer, or slips, must not set them off. WCAG 2.2 SC 2.1.4.
type Shortcuts string

// The two.
const (
	ShortcutsOff Shortcuts = ""
	ShortcutsOn  Shortcuts = "on"
)

// Handler reports whether the member handles cases of any team.
func (a Actor) Handler() bool { return a.Entry.Has(staff.RoleHandler) }

// Configurator reports whether the member may invite, vouch and configure.
func (a Actor) Configurator() bool { return a.Entry.Has(staff.RoleConfigurator) }

// Auditor reports whether the member may read the log.
func (a Actor) Auditor() bool { return a.Entry.Has(staff.RoleAuditor) }

// String keeps keys and name out of whatever prints an actor.
func (a Actor) String() string { return "[sealed]" }

// GoString keeps keys and name out of whatever prints an actor in detail.
func (a Actor) GoString() string { return "[sealed]" }

// LogValue keeps keys and name out of logs.
func (a Actor) LogValue() slog.Value { return slog.StringValue("[sealed]") }
