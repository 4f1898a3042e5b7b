package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func sealedBackup(t *testing.T, id BackupIdentity, plain []byte) []byte {
	t.Helper()
	to, err := ParseBackupRecipient(" " + id.Recipient() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := to.Seal(&file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func newBackupIdentity(t *testing.T) BackupIdentity {
	t.Helper()
	id, err := NewBackupIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestBackupOpensWithItsIdentityOnly(t *testing.T) {
	id, plain := newBackupIdentity(t), bytes.Repeat([]byte("kanarie "), 20_000)
	sealed := sealedBackup(t, id, plain)
	if bytes.Contains(sealed, []byte("kanarie")) {
		t.Error("what is sealed can be read")
	}
	again, err := ReadBackupIdentity(bytes.NewReader(MarshalBackupIdentity(id)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := again.Open(bytes.NewReader(sealed))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := newBackupIdentity(t).Open(bytes.NewReader(sealed)); !errors.Is(err, ErrOpen) {
		t.Errorf("somebody else: %v", err)
	}
}

func TestBackupCutShortOrChangedDoesNotReadToItsEnd(t *testing.T) {
	id := newBackupIdentity(t)
	sealed := sealedBackup(t, id, bytes.Repeat([]byte("x"), 200_000))
	read := func(file []byte) error {
		r, err := id.Open(bytes.NewReader(file))
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		return err
	}
	if read(sealed[:len(sealed)-70_000]) == nil {
		t.Error("a backup that was cut short reads to its end")
	}
	sealed[len(sealed)-100] ^= 1
	if read(sealed) == nil {
		t.Error("a backup that was changed reads to its end")
	}
}

func TestBackupKeysThatAreNone(t *testing.T) {
	for _, text := range []string{"", "age1pq1nonsense", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"} {
		if _, err := ParseBackupRecipient(text); !errors.Is(err, ErrBackupRecipient) {
			t.Errorf("%q: %v", text, err)
		}
	}
	id := string(MarshalBackupIdentity(newBackupIdentity(t)))
	for _, file := range []string{"", "# nothing\n", id + id, "AGE-SECRET-KEY-1QQQ\n", strings.Repeat("x", 1<<20)} {
		if _, err := ReadBackupIdentity(strings.NewReader(file)); !errors.Is(err, ErrBackupIdentity) {
			t.Errorf("%.20q: %v", file, err)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%x"} {
		if text := fmt.Sprintf(verb, newBackupIdentity(t)); strings.Contains(text, "AGE-SECRET") || len(text) > 40 {
			t.Errorf("%s shows %q", verb, text)
		}
	}
}
