package app

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/sso"
)

// signIn makes the use case that lets members in, with the identity provider of the
// settings if there is one.
func (a *App) signIn(keys keyFiles, mails *seal.Key, cost seal.Cost) (*signin.SignIn, error) {
	limits := signin.DefaultLimits()
	limits.Idle, limits.MostIdle = a.Config.SessionIdle, a.Config.SessionMost
	parts := signin.Parts{
		Store: a.Store, Custody: a.Custody, Pepper: pepperIn(a.Config.State, keys.Pepper).now, Limits: limits, Rest: a.rest, Mails: mails, Wake: a.Work.Wake,
		Address: a.Config.Desk(), Names: a.names(), Cost: cost,
	}
	if a.Config.SSOIssuer == "" {
		return signin.New(parts), nil
	}
	provider, err := a.provider()
	if err != nil {
		return nil, err
	}
	parts.Provider = provider
	return signin.New(parts), nil
}

// rest is how long a member may do nothing, as the organisation wants it.
func (a *App) rest() (idle, most time.Duration) {
	s := a.Current().Settings
	return time.Duration(s.IdleMinutes) * time.Minute, time.Duration(s.MostIdleMinutes) * time.Minute
}

// names are those of the organisation, which nobody should take as a password.
func (a *App) names() []string {
	list := []string{"Klankbord", a.Config.Domain()}
	for _, l := range languages() {
		list = append(list, a.Profile.Organisation.Name.In(l))
	}
	return slices.Compact(list)
}

func (a *App) provider() (*sso.Provider, error) {
	c := a.Config
	secret, err := os.ReadFile(c.SSOSecretFile)
	if err != nil {
		return nil, fmt.Errorf("read secret for the identity provider: %w", err)
	}
	return sso.New(sso.Settings{
		Issuer: c.SSOIssuer, ClientID: c.SSOClient, Secret: strings.TrimSpace(string(secret)), Name: c.SSOName,
		Back: c.Desk() + "/desk/signin/provider/back", ACR: c.SSOACR, AMR: c.SSOAMR, MaxAge: c.SSOMaxAge, CAFile: c.SSOCAFile,
	}, a.clock, a.log)
}
