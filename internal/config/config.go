// Package config is the one list of settings of an instance: each is a flag, a
// variable KLANKBORD_… and a key of the configuration file, under one name. It
// holds no secret, only names of files that do; reading fails when a value cannot
// be what it says.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"klankbord/internal/bucket"
	"klankbord/internal/clamd"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
)

// Config is the settings of an instance.
type Config struct {
	State    string `section:"The instance" name:"state" env:"KLANKBORD_STATE" default:"klankbord-state" type:"path" help:"Folder of the instance: database, sealed files and keys."`
	Listen   string `name:"listen" env:"KLANKBORD_LISTEN" default:"127.0.0.1:8080" help:"Address on which pages are served."`
	DeskOn   string `name:"desk-listen" env:"KLANKBORD_DESK_LISTEN" help:"Address on which only the desk is served; empty: the same as the public pages."`
	BaseURL  string `name:"base-url" env:"KLANKBORD_BASE_URL" help:"Address of the public pages as people type it, such as https://complaints.example.org."`
	DeskURL  string `name:"desk-url" env:"KLANKBORD_DESK_URL" help:"Address of the desk; empty: the same as the public pages."`
	Database string `name:"database" env:"KLANKBORD_DATABASE" help:"Database, as sqlite:FILE or postgres://…; empty: SQLite in the state folder. On PostgreSQL ?schema=NAME keeps to one schema, and &connections=N to so many connections (16)."`

	Bucket string `name:"bucket" env:"KLANKBORD_BUCKET" help:"Bucket (S3) for sealed files, as https://HOST/BUCKET[/PREFIX]?key-file=FILE[&region=REGION][&ca-file=FILE]; the file holds the id of a key and its secret. Empty: the folder blobs in the state folder."`

	Organisations string `name:"organisations" env:"KLANKBORD_ORGANISATIONS" type:"path" help:"Folder with a state folder for each of several organisations that serve then serves, with its settings in klankbord.json; see doc/organisations.md. Empty: one."`

	TLSCert    []string `section:"TLS" name:"tls-cert" env:"KLANKBORD_TLS_CERT" type:"path" again:"yes" help:"Certificates (PEM, with those between) with which the pages are served over TLS; empty: none, or those of acme."`
	TLSKey     []string `name:"tls-key" env:"KLANKBORD_TLS_KEY" type:"path" again:"yes" help:"Their keys (PEM), in the same order."`
	ACME       string   `name:"acme" env:"KLANKBORD_ACME" help:"Directory of an authority that gives certificates by ACME, such as https://acme-v02.api.letsencrypt.org/directory; who sets it agrees to its terms. Empty: none."`
	ACMEEmail  string   `name:"acme-email" env:"KLANKBORD_ACME_EMAIL" help:"Address that this authority may write to."`
	ACMECAFile string   `name:"acme-ca-file" env:"KLANKBORD_ACME_CA_FILE" type:"path" help:"Certificates to trust for that authority, in the place of the system's."`
	HTTPListen string   `name:"http-listen" env:"KLANKBORD_HTTP_LISTEN" help:"Address without TLS that sends people on to the pages and answers ACME, such as :80; empty: none."`

	SMTPServer       string `section:"Mail out" name:"smtp-server" env:"KLANKBORD_SMTP_SERVER" help:"Server that takes outgoing mail, host:port."`
	SMTPSecurity     string `name:"smtp-security" env:"KLANKBORD_SMTP_SECURITY" enum:"starttls,tls,none" default:"starttls" help:"starttls, tls, or none for a server on this machine."`
	SMTPUser         string `name:"smtp-user" env:"KLANKBORD_SMTP_USER" help:"Name for that server, if it asks for one."`
	SMTPPasswordFile string `name:"smtp-password-file" env:"KLANKBORD_SMTP_PASSWORD_FILE" type:"path" help:"File that holds the password for that server."`
	SMTPCAFile       string `name:"smtp-ca-file" env:"KLANKBORD_SMTP_CA_FILE" type:"path" help:"Certificates to trust for that server, in the place of the system's."`
	MailFrom         string `name:"mail-from" env:"KLANKBORD_MAIL_FROM" help:"Address from which mail is sent, and to which what cannot be delivered comes back; one of the mailboxes that are read."`
	MailReply        string `name:"mail-reply" env:"KLANKBORD_MAIL_REPLY" help:"Address of a mailbox that is read and that takes in complaints+anything@example.org as well; replies then find their case by it. Empty: by their header alone."`

	DKIMDomain string   `name:"dkim-domain" env:"KLANKBORD_DKIM_DOMAIN" help:"Domain in whose name mail is signed (DKIM); empty: that of mail-from."`
	DKIMKey    []string `name:"dkim-key" env:"KLANKBORD_DKIM_KEY" help:"Keys that sign outgoing mail, each SELECTOR=FILE; klankbord dkim new makes one."`

	Mailbox []string `section:"Mail in" name:"mailbox" env:"KLANKBORD_MAILBOX" help:"Mailboxes whose mail becomes cases, such as imaps://complaints@imap.example.org/INBOX?route=general&password-file=/etc/klankbord/imap; see doc/mail.md."`

	SSOIssuer     string        `section:"Sign-in by a provider" name:"sso-issuer" env:"KLANKBORD_SSO_ISSUER" help:"Address of the identity provider (OpenID Connect) with which members can sign in; empty: none."`
	SSOName       string        `name:"sso-name" env:"KLANKBORD_SSO_NAME" help:"What members call that provider."`
	SSOClient     string        `name:"sso-client" env:"KLANKBORD_SSO_CLIENT" help:"Id under which the desk is known there."`
	SSOSecretFile string        `name:"sso-secret-file" env:"KLANKBORD_SSO_SECRET_FILE" type:"path" help:"File that holds the secret for that id."`
	SSOCAFile     string        `name:"sso-ca-file" env:"KLANKBORD_SSO_CA_FILE" type:"path" help:"Further certificates to trust for that provider."`
	SSOACR        []string      `name:"sso-acr" env:"KLANKBORD_SSO_ACR" help:"Classes of sign-in (acr) of that provider which count as a second factor."`
	SSOAMR        []string      `name:"sso-amr" env:"KLANKBORD_SSO_AMR" help:"Methods (amr) of that provider which count as a second factor, such as mfa."`
	SSOMaxAge     time.Duration `name:"sso-max-age" env:"KLANKBORD_SSO_MAX_AGE" default:"12h" help:"How long ago a member may have signed in there; 0: does not matter."`

	TrustedProxies []string `section:"Proxies" name:"trusted-proxy" env:"KLANKBORD_TRUSTED_PROXY" help:"Networks of the proxies before the pages, such as 10.0.0.0/8, whose X-Forwarded-For is believed."`

	Witness         []string      `section:"Witnesses of the log" name:"witness" env:"KLANKBORD_WITNESS" help:"E-mail addresses outside this organisation's control that get checkpoints of the log."`
	WitnessEvery    time.Duration `name:"witness-every" env:"KLANKBORD_WITNESS_EVERY" default:"24h" help:"How long at least between two checkpoints to a witness."`
	WitnessLanguage string        `name:"witness-language" env:"KLANKBORD_WITNESS_LANGUAGE" enum:"nl,fr,en,de" default:"en" help:"Language of the mail to witnesses."`

	MaxFileMB    int64  `section:"Limits and times" name:"max-file-mb" env:"KLANKBORD_MAX_FILE_MB" default:"100" help:"Size of a file that can be added, in MB."`
	MinFreeMB    int64  `name:"min-free-mb" env:"KLANKBORD_MIN_FREE_MB" default:"256" help:"Free space in MB below which no new complaint is begun and no file is taken, so that the desk goes on; 0: until the disk is full."`
	Scanner      string `name:"scanner" env:"KLANKBORD_SCANNER" help:"ClamAV daemon that looks through files, as unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; empty: none. See doc/files.md."`
	ScannerMaxMB int64  `name:"scanner-max-mb" env:"KLANKBORD_SCANNER_MAX_MB" default:"100" help:"Size in MB above which a file is not sent to it; its StreamMaxLength at most."`

	SessionIdle time.Duration `name:"session-idle" env:"KLANKBORD_SESSION_IDLE" default:"30m" help:"How long a member may be idle who chose nothing else, up to 10h."`
	SessionMost time.Duration `name:"session-idle-most" env:"KLANKBORD_SESSION_IDLE_MOST" default:"10h" help:"How long a member may choose to be idle, up to 10h; less than session-idle: no choice."`
	Undo        time.Duration `name:"undo" env:"KLANKBORD_UNDO" default:"60s" help:"How long a message to a complainant waits before it goes, so that its author can undo it, up to 10m; 0: it goes at once."`
	BackupDays  int           `name:"backup-days" env:"KLANKBORD_BACKUP_DAYS" default:"0" help:"For how many days the oldest backup or archive is kept, as the certificate of an erased case tells; 0: not declared."`

	BackupTo        string        `section:"Backups" name:"backup-to" env:"KLANKBORD_BACKUP_TO" help:"Folder on another disk or machine that gets backups, as a whole path; it must be there. Or a bucket, written as bucket is. Empty: none are made."`
	BackupRecipient string        `name:"backup-recipient" env:"KLANKBORD_BACKUP_RECIPIENT" help:"To whom backups are sealed, age1pq1…; klankbord backup key makes one. What opens them is kept away from this server."`
	BackupEvery     time.Duration `name:"backup-every" env:"KLANKBORD_BACKUP_EVERY" default:"24h" help:"How often a backup is made, from 1h to 168h."`

	LogLevel  string        `section:"Watching" name:"log-level" env:"KLANKBORD_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"What is logged."`
	MetricsOn string        `name:"metrics-listen" env:"KLANKBORD_METRICS_LISTEN" help:"Address of this machine or of its own network on which figures for Prometheus are served, such as 127.0.0.1:9464; empty: none."`
	Drain     time.Duration `name:"drain" env:"KLANKBORD_DRAIN" default:"0s" help:"How long the program still serves after it is told to stop, while /readyz says 503, so that a proxy sends nothing more, up to 5m; 0: it stops at once."`
}

// DSN is the database's address.
func (c Config) DSN() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.State, "klankbord.db")
}

// Public is the address of the public pages without a slash at the end.
func (c Config) Public() string {
	if c.BaseURL != "" {
		return strings.TrimRight(c.BaseURL, "/")
	}
	return "http://" + c.Listen
}

// Desk is the address of the desk without a slash at the end.
func (c Config) Desk() string {
	switch {
	case c.DeskURL != "":
		return strings.TrimRight(c.DeskURL, "/")
	case c.DeskOn != "" && c.BaseURL == "":
		return "http://" + c.DeskOn
	default:
		return c.Public()
	}
}

// Secure reports whether browsers reach the public pages over TLS.
func (c Config) Secure() bool { return strings.HasPrefix(c.Public(), "https://") }

// Proxies are the networks whose word about an address is taken.
func (c Config) Proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %q", errProxy, text)
		}
		if p.Bits() == 0 {
			return nil, errProxyAll
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// Domain is the host name in the address of the public pages.
func (c Config) Domain() string {
	u, err := url.Parse(c.Public())
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}

// The settings that cannot be.
var (
	errBaseURL  = errors.New("base-url: want http://host or https://host without a path")
	errIdle     = errors.New("session-idle, session-idle-most: want between 1m and 10h")
	errSSO      = errors.New("sso-issuer: want https://…, and with it sso-name, sso-client and sso-secret-file")
	errProxy    = errors.New("trusted-proxy: want networks such as 10.0.0.0/8")
	errProxyAll = errors.New("trusted-proxy: a network of every address would let anybody choose their own; name those of the proxies")
	errFile     = errors.New("max-file-mb: want at least 1")
	errWitness  = errors.New("witness: want one plain e-mail address each")
	errEvery    = errors.New("witness-every: want between 1h and 720h")
	errFree     = errors.New("min-free-mb: want 0 or more")
	errScan     = errors.New("scanner-max-mb: want at least 1")
	errUndo     = errors.New("undo: want between 0 and 10m")
	errCopies   = errors.New("backup-to: want backup-recipient with it, as klankbord backup key prints it, and backup-every between 1h and 168h")
	errDrain    = errors.New("drain: want between 0 and 5m")
	errBackup   = errors.New("backup-days: want 0 or more")
)

// Check refuses values that cannot be what they say. A session may idle for 10
// hours at most; DESIGN.
func (c Config) Check() error {
	if err := c.checkHome(); err != nil {
		return err
	}
	for _, address := range []string{c.Public(), c.Desk()} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" {
			return fmt.Errorf("%w: %q", errBaseURL, address)
		}
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	if c.SessionIdle < time.Minute || c.SessionIdle > 10*time.Hour || c.SessionMost < 0 || c.SessionMost > 10*time.Hour {
		return errIdle
	}
	if c.SSOIssuer != "" && (c.SSOName == "" || c.SSOClient == "" || c.SSOSecretFile == "") {
		return errSSO
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if c.Undo < 0 || c.Undo > 10*time.Minute {
		return errUndo
	}
	if c.BackupDays < 0 {
		return errBackup
	}
	if c.Drain < 0 || c.Drain > 5*time.Minute {
		return errDrain
	}
	if c.BackupTo != "" {
		if _, err := seal.ParseBackupRecipient(c.BackupRecipient); err != nil || c.BackupEvery < time.Hour || c.BackupEvery > 168*time.Hour {
			return errCopies
		}
		if bucket.IsAddress(c.BackupTo) {
			if _, err := bucket.ParseAddress(c.BackupTo); err != nil {
				return fmt.Errorf("backup-to: %w", err)
			}
		}
	}
	if c.Bucket != "" {
		if _, err := bucket.ParseAddress(c.Bucket); err != nil {
			return fmt.Errorf("bucket: %w", err)
		}
	}
	if c.MaxFileMB < 1 {
		return errFile
	}
	for _, address := range c.Witness {
		if _, err := letter.Address(strings.TrimSpace(address)); err != nil {
			return fmt.Errorf("%w: %q", errWitness, address)
		}
	}
	if len(c.Witness) > 0 && (c.WitnessEvery < time.Hour || c.WitnessEvery > 720*time.Hour) {
		return errEvery
	}
	if err := c.checkMetrics(); err != nil {
		return err
	}
	if c.MinFreeMB < 0 {
		return errFree
	}
	return c.checkScanner()
}

func (c Config) checkScanner() error {
	if c.Scanner == "" {
		return nil
	}
	if c.ScannerMaxMB < 1 {
		return errScan
	}
	_, err := clamd.New(c.Scanner, c.ScannerMaxMB<<20, clamd.Patience)
	return err
}
