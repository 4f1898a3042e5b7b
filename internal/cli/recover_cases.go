package cli

import (
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
)

type recoverCasesCommand struct {
	config.Config
	To   string   `name:"to" required:"" help:"E-mail address of the member who gets the cases. The directory must vouch for them."`
	Case []string `name:"case" xor:"which" required:"" help:"Number of a case; can be given several times."`
	All  bool     `name:"all" xor:"which" required:"" help:"Every case that the recovery key may open and the member may have."`
	Yes  bool     `name:"yes" help:"Do it, after a run without this has shown what will be done."`
}

// What can be wrong with what was asked.
var (
	errCaseNumber = errors.New("case: want a number such as KB-7Q4M-9X")
	errNobody     = errors.New("no member of the desk who handles cases has this address; enrol them first, with a colleague's vouch")
	errNothingDue = errors.New("there is nothing to give; see above")
)

// Run shows what the recovery key would do, and does it with --yes.
func (c *recoverCasesCommand) Run(e *env) (err error) {
	numbers, err := c.numbers()
	if err != nil {
		return err
	}
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	use, err := c.use(e, a)
	if err != nil {
		return err
	}
	use.Numbers = numbers
	plan, err := a.Casework.PlanRecovery(e.ctx, use)
	if errors.Is(err, casework.ErrNoMember) {
		return errNobody
	}
	if err != nil {
		return err
	}
	c.show(e, plan)
	if plan.Count(casework.RecoverGive) == 0 {
		return errNothingDue
	}
	if !c.Yes {
		e.say("Nothing was changed. Run the same command with --yes to do this. It is logged, told")
		e.say("to all members by mail, and shown on the desk.")
		return nil
	}
	given, err := a.Casework.Recover(e.ctx, plan)
	e.say("%s can read %s from now on. All members are told by mail once the desk serves.", plan.Name, cases(given))
	return err
}

func (c *recoverCasesCommand) numbers() ([]casefile.Number, error) {
	var list []casefile.Number
	for _, text := range c.Case {
		n, ok := ident.ParseCaseNumber(text)
		if !ok {
			return nil, fmt.Errorf("%w: %q", errCaseNumber, text)
		}
		list = append(list, casefile.Number(n))
	}
	return list, nil
}

func (c *recoverCasesCommand) use(e *env, a *app.App) (casework.Recovery, error) {
	j, err := judgeOf(e, a)
	if err != nil {
		return casework.Recovery{}, err
	}
	var code seal.Code
	if code, err = e.askRecovery(j); err != nil {
		return casework.Recovery{}, err
	}
	key, err := a.Setup.RecoveryKey(e.ctx, code)
	return casework.Recovery{Code: code, Key: key, To: c.To}, err
}

func cases(n int) string {
	if n == 1 {
		return "1 case"
	}
	return fmt.Sprintf("%d cases", n)
}

// verdicts are how each verdict is said, in this order.
func verdicts() []struct {
	is   casework.Verdict
	line string
} {
	return []struct {
		is   casework.Verdict
		line string
	}{
		{casework.RecoverGive, "will be given to %s"},
		{casework.RecoverHas, "can be read by %s already"},
		{casework.RecoverExcluded, "REFUSED: %s is excluded from these and never gets them"},
		{casework.RecoverOther, "not given: these are handled by another team than that of %s"},
		{casework.RecoverDamaged, "not given to %s: what is stored is not what was saved; restore a backup first"},
	}
}

func (c *recoverCasesCommand) show(e *env, p casework.RecoveryPlan) {
	e.say("")
	if len(p.Cases) == 0 {
		e.say("The recovery key opens no such case.")
	}
	for _, v := range verdicts() {
		var numbers []string
		for _, rc := range p.Cases {
			if rc.Verdict == v.is {
				numbers = append(numbers, string(rc.Number))
			}
		}
		if len(numbers) > 0 {
			e.say("%d "+v.line+":", len(numbers), p.Name)
			e.say("  %s", strings.Join(numbers, ", "))
		}
	}
	e.say("")
}
