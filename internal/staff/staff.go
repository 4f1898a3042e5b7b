// Package staff holds the people on the desk: members, their roles, teams and
// keys, and the directory, a hash-chained list of signed events from which alone
// the recipients of a key come. It has no I/O and no clock. Reading a directory
// fails when any event does not follow from those before it.
package staff

// ID names a member.
type ID string

// Role is what a member may do. A member may hold several; each is granted apart.
type Role string

// The roles.
const (
	RoleHandler      Role = "handler"      // reads and handles the cases of a team
	RoleConfigurator Role = "configurator" // sets up and configures, reads no case
	RoleAuditor      Role = "auditor"      // reads the log, no case
)

// Function is the place in the organisation that a complaint can be about, such
// as the integrity manager. The profile lists them.
type Function string

// The functions every profile knows.
const (
	IntegrityManager  Function = "integrity-manager"
	HumanResources    Function = "hr"
	SupportersService Function = "supporters-service"
	Director          Function = "director"
	Board             Function = "board"
)
