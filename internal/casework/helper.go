package casework

import (
	"context"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Helper is somebody who helped to look into a case, such as a witness, and who wants to
// be asked how they are treated since. Directive (EU) 2019/1937 art. 4(4).
type Helper struct {
	First, Last  string
	Email, Phone string
	Lang         lang.Lang
	Agreed       bool   // they want it
	About        string // what their file says of itself, in the language of the desk
}

// String hides who it is.
func (Helper) String() string { return "[sealed]" }

// HelperFile is what a member gives to somebody who helped: shown this once.
type HelperFile struct {
	Number casefile.Number
	Code   string
}

// String hides the code.
func (HelperFile) String() string { return "[sealed]" }

// HelperRefusal says what is wrong with what was filled in.
type HelperRefusal struct{ Errors []profile.FieldError }

// Error names the first field; it is for logs and never for pages.
func (r *HelperRefusal) Error() string { return "helper: " + r.Errors[0].Field }

// AddHelper makes a file of its own for somebody who helped, with a code that opens
// check-ins and a way to tell of bad treatment, and nothing of the case. Who they are is
// sealed in that file. The mailbox replaces the code at the first entry, because the
// member knows it. The password is asked for once more. *HelperRefusal where something is
// missing; faults: this kind of case asks nobody; the case is damaged.
func (c *Casework) AddHelper(ctx context.Context, actor access.Actor, n casefile.Number, h Helper, password string) (file HelperFile, err error) {
	if _, err := c.open(ctx, actor, n); err != nil {
		return file, err
	}
	if wrong := c.wrongHelper(h); len(wrong) > 0 {
		return file, &HelperRefusal{wrong}
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return file, err
	}
	if _, err := c.Custody.Granting(ctx); err != nil {
		return file, err
	}
	err = custody.Retry(func() error {
		o, dir, err := c.openWith(ctx, actor, n)
		if err != nil {
			return err
		}
		if !c.asksHelpers(o.Case) {
			return errNothing
		}
		f, err := c.helperFile(ctx, actor, o, dir, h)
		if err != nil {
			return err
		}
		file = HelperFile{f.row.Number, f.code.Text()}
		told, err := item(actor.Member, "", casefile.EntryHelper, casefile.Helper{Number: f.row.Number})
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{told}, event: custody.Event{Kind: audit.HelperAdded}, more: f.insert,
		})
	})
	return file, err
}

// asksHelpers reports whether people who helped in a case can have a code: where its
// complainant is asked after closing, and not in a file of theirs.
func (c *Casework) asksHelpers(file store.Case) bool {
	return file.Channel.Complaint() && c.Profile.Settings.CheckIns.On(file.Route)
}

// wrongHelper says what is missing or wrong, by the rules of the form.
func (c *Casework) wrongHelper(h Helper) (list []profile.FieldError) {
	a := h.answers()
	a[profile.FieldTopics] = []string{profile.TopicRetaliation}
	asked := []string{profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail, profile.FieldPhone}
	for _, s := range c.Profile.StepsFor(a) {
		for _, e := range c.Profile.Check(s.ID, a) {
			if slices.Contains(asked, e.Field) {
				list = append(list, e)
			}
		}
	}
	if !h.Agreed {
		list = append(list, profile.FieldError{Field: "agreed", Fault: fault.New(fault.Invalid, "error.helper-agreed")})
	}
	return list
}

func (h Helper) answers() profile.Answers {
	a := profile.Answers{}
	for field, text := range map[string]string{
		profile.FieldFirstName: h.First, profile.FieldLastName: h.Last, profile.FieldEmail: h.Email, profile.FieldPhone: h.Phone,
		profile.FieldLanguage: string(h.Lang),
	} {
		if text != "" {
			a[field] = []string{text}
		}
	}
	return a
}

// leftOutOf are the members who must not read what somebody tells who helped in a case:
// whoever handled it before, and whom its complainant left out. Those who receive the
// file handle it, which is known without a list.
func (c *Casework) leftOutOf(ctx context.Context, o *custody.Opened, receive []staff.ID) ([]string, error) {
	ids, err := c.Custody.Handled(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryStory || e.Damaged || e.Locked {
			continue
		}
		if s, err := casefile.DecodePayload[casefile.Story](e.Payload); err == nil {
			for _, id := range s.LeftOut {
				ids = append(ids, staff.ID(id))
			}
		}
	}
	if was, ok := o.Part(); ok {
		for _, id := range was.LeftOut {
			ids = append(ids, staff.ID(id))
		}
	}
	ids = append(ids, routing(o).Exclusion.Members...)
	slices.Sort(ids)
	var list []string
	for _, id := range slices.Compact(ids) {
		if !slices.Contains(receive, id) {
			list = append(list, string(id))
		}
	}
	return list, nil
}
