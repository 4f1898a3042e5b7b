package config_test

import (
	"strings"
	"testing"
	"time"

	"klankbord/internal/config"
)

// A path of which nobody makes the home folder is refused with the name of its setting,
// wherever in the value it stands.
func TestAHomeFolderIsNeverAFolderCalledTilde(t *testing.T) {
	fine := config.Config{Listen: "127.0.0.1:8080", SessionIdle: time.Minute, MaxFileMB: 1}
	if err := fine.Check(); err != nil {
		t.Fatalf("what it starts from: %v", err)
	}
	for setting, set := range map[string]func(*config.Config){
		"backup-to":        func(c *config.Config) { c.BackupTo = "~/backups" },
		"bucket":           func(c *config.Config) { c.Bucket = "https://s3.example/klankbord?key-file=~/key" },
		"database":         func(c *config.Config) { c.Database = "sqlite:~/klankbord.db" },
		"scanner":          func(c *config.Config) { c.Scanner = "unix:~klankbord/clamd.ctl" },
		"dkim-key":         func(c *config.Config) { c.DKIMKey = []string{"good=/etc/a", "other=~/dkim.key"} },
		"mailbox":          func(c *config.Config) { c.Mailbox = []string{"imaps://a@imap.example/INBOX?password-file=%7E/imap"} },
		"sso-secret-file":  func(c *config.Config) { c.SSOSecretFile = "~" },
		"backup-recipient": func(c *config.Config) { c.BackupRecipient = "~/backup.key" },
	} {
		c := fine
		set(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), setting+": write the whole path") {
			t.Errorf("%s: %v", setting, err)
		}
	}
	for _, value := range []string{"/mnt/backup", "/mnt/a~b", "backups/~old", "postgres://klankbord:a~b@db.example/x"} {
		if err := config.NotHome("database", value); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}
