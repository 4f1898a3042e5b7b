package app

import (
	"context"
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Finding is one thing that was looked at.
type Finding struct {
	Bad  bool
	What string
	Do   string // what to do when it is bad
}

// Examine looks over the instance without changing it.
func (a *App) Examine(ctx context.Context) ([]Finding, error) {
	var list []Finding
	dir, err := a.Custody.Directory(ctx)
	if err != nil {
		return append(list, Finding{true, "the directory of members does not verify", "restore the newest backup; do not let anyone give access until then"}), nil //nolint:nilerr // it is a finding
	}
	count, _ := dir.Head()
	list = append(list, Finding{What: fmt.Sprintf("the directory verifies: %d events, %d members", count, len(dir.Active()))})
	for _, team := range []casefile.Team{casefile.ComplaintsTeam, casefile.SupportersService} {
		n := 0
		for _, m := range dir.Active() {
			if m.In(team) {
				n++
			}
		}
		list = append(list, Finding{n < 2, fmt.Sprintf("team %s has %d members", team, n), "invite members until each team has two"})
	}
	list = append(list, a.examineAlternative(dir), a.examineMail())
	disk, err := a.examineDisk()
	if err != nil {
		return nil, err
	}
	list = append(list, disk)
	var mails map[string]int64
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		mails, err = tx.MailCounts()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	return append(list, Finding{mails["dead"] > 0, fmt.Sprintf("mail: %d sent, %d waiting, %d dead", mails["sent"], mails["waiting"], mails["dead"]),
		"look at the mail server's answers and try again from the cases"}), nil
}

func (a *App) examineAlternative(dir *staff.Directory) Finding {
	for _, m := range dir.Active() {
		if m.In(casefile.Alternative) {
			return Finding{What: "there is an alternative recipient"}
		}
	}
	return Finding{true, "there is no alternative recipient", "invite one: complaints about a member of the team go to them"}
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

func (a *App) examineMail() Finding {
	return Finding{a.Config.SMTPServer == "", "mail server: " + a.Config.SMTPServer, "set smtp-server and mail-from, or acknowledgements do not leave"}
}
