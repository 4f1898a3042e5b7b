package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
)

// Finding is one thing that was looked at.
type Finding struct {
	Bad  bool
	What string
	Do   string // what to do when it is bad
}

// Examine looks over the instance without changing it.
func (a *App) Examine(ctx context.Context) ([]Finding, error) {
	list, err := a.examineLog(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Custody.Watch(ctx); err != nil && !errors.Is(err, custody.ErrUnknown) {
		return nil, err
	}
	dir, err := a.Custody.Directory(ctx)
	alarms := a.Custody.Alarms()
	for _, alarm := range alarms {
		list = append(list, alarmFinding(alarm))
	}
	if errors.Is(err, custody.ErrUnknown) {
		return append(list, Finding{true, "no verified directory is known: complaints cannot be taken in", "restore database and state folder from the newest backup"}), nil
	}
	if err != nil {
		return nil, err
	}
	count, _ := dir.Head()
	if len(alarms) == 0 {
		list = append(list, Finding{What: fmt.Sprintf("the directory verifies: %d events, %d members", count, len(dir.Active()))})
	}
	for _, team := range []casefile.Team{casefile.ComplaintsTeam, casefile.SupportersService} {
		n := 0
		for _, m := range dir.Active() {
			if m.In(team) {
				n++
			}
		}
		list = append(list, Finding{n < 2, fmt.Sprintf("team %s has %d members", team, n), "invite members until each team has two"})
	}
	if !dir.Opened() {
		list = append(list, Finding{true, "the form is closed: nobody opened it yet", "do what is missing at /desk/setup and open it there"})
	}
	list = append(list, a.examineAlternative(dir), a.examineKeyCopy(), a.examineAddresses(), a.examineBackups(), a.examineCopies(ctx))
	list = append(list, a.examineCertificates()...)
	drill, err := a.examineDrill(ctx)
	if err != nil {
		return nil, err
	}
	disk, err := a.examineDisk()
	if err != nil {
		return nil, err
	}
	list = append(append(list, drill, disk), a.examineBucket(ctx)...)
	files, err := a.examineFiles(ctx)
	if err != nil {
		return nil, err
	}
	list = append(list, files, a.examineScanner(ctx), a.examineClock())
	configuration, err := a.examineConfiguration(ctx)
	if err != nil {
		return nil, err
	}
	list = append(list, configuration)
	mail, err := a.examineOutgoing(ctx)
	return append(list, mail...), err
}

func (a *App) examineAlternative(dir *staff.Directory) Finding {
	for _, m := range dir.Active() {
		if m.In(casefile.Alternative) {
			return Finding{What: "there is an alternative recipient"}
		}
	}
	return Finding{true, "there is no alternative recipient", "invite one: complaints about a member of the team go to them"}
}

// examineBackups looks whether it is declared how long a backup can hold what was erased.
func (a *App) examineBackups() Finding {
	if a.Config.BackupDays == 0 {
		return Finding{
			true, "it is not declared how long backups are kept, so that no certificate can say when an erased case is gone from them",
			"set backup-days to the age at which the oldest backup or archive is removed",
		}
	}
	return Finding{What: fmt.Sprintf("the oldest backup is kept for %d days, as certificates of erasure say", a.Config.BackupDays)}
}

func (a *App) examineKeyCopy() Finding {
	const do = "bring back the copy that lies with your backups; without it and without the folder keys/ nobody can sign in again"
	if _, err := os.Stat(KeyCopy(a.Config.State)); err != nil {
		return Finding{true, "recovery.age, the sealed copy of the key files, is not in the state folder", do}
	}
	if _, err := os.Stat(nextInstance(a.Config.State)); err == nil {
		return Finding{true, "the key of the instance is half renewed, which was cut off; everything opens still", "run klankbord keys instance again, which goes on where it was"}
	}
	if _, err := os.Stat(nextPepper(a.Config.State)); err == nil {
		return Finding{true, "the pepper is half renewed, which was cut off; everything opens still", "run klankbord keys pepper again, which goes on where it was"}
	}
	return Finding{What: "recovery.age, the sealed copy of the key files, is there"}
}

// examineDrill looks at the yearly proof that keys still open.
func (a *App) examineDrill(ctx context.Context) (Finding, error) {
	d, err := a.Setup.DrillDue(ctx)
	if err != nil {
		return Finding{}, err
	}
	what := "no drill was completed yet; the first is due by " + d.Due.Format(time.DateOnly)
	if !d.Held.IsZero() {
		what = fmt.Sprintf("the last drill was completed on %s; the next is due by %s", d.Held.Format(time.DateOnly), d.Due.Format(time.DateOnly))
	}
	do := "let a configurator start a drill on the desk, under /desk/drill"
	if !d.Started.IsZero() && !d.Complete {
		what += fmt.Sprintf("; one runs since %s, %d keys must still open", d.Started.Format(time.DateOnly), d.Left())
		do = "ask the members and the keepers of the recovery key who have not opened the practice case; /desk/drill names them"
	}
	return Finding{d.Overdue, what, do}, nil
}

func (a *App) examineDisk() (Finding, error) {
	free, known, err := a.Blobs.Free()
	if err != nil || !known {
		return Finding{What: "this system does not tell how much of the disk is free"}, err
	}
	return Finding{
		free <= a.Config.MinFreeMB<<20, fmt.Sprintf("disk: %d MB free, no new complaint below %d MB", free>>20, a.Config.MinFreeMB),
		"make room, or move the state folder to a larger disk",
	}, nil
}

// examineAddresses looks whether browsers reach the pages over TLS.
func (a *App) examineAddresses() Finding {
	what, do := "addresses: pages "+a.Config.Public()+", desk "+a.Config.Desk(), "give the program a certificate (tls-cert, or acme) or let a proxy end TLS, and set base-url (and desk-url) to the https:// address that people type"
	for _, address := range []string{a.Config.Public(), a.Config.Desk()} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" {
			return Finding{true, what + ": not over TLS", do}
		}
	}
	return Finding{What: what}
}

// examineConfiguration looks whether what the organisation changed is what the log tells of.
// An instance where it is not is not opened; a running one goes on with what it had.
func (a *App) examineConfiguration(ctx context.Context) (Finding, error) {
	v, err := a.Settings.Current(ctx)
	if errors.Is(err, configure.ErrAltered) {
		return Finding{true, err.Error(), "find out who changed the database, and put the newest backup back"}, nil
	}
	if err != nil {
		return Finding{}, err
	}
	return Finding{What: fmt.Sprintf("the configuration fits the log: version %d, %d changes", v.Number, len(v.Changes))}, nil
}
