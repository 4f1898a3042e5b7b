// Package machine measures what the computer itself can do, in the same run as the
// figures that depend on it: synced writes, a plain file, sealing, deriving a key
// from a password. It describes the computer without naming it. It leaves no file
// behind and fails with the errors of the disk.
package machine

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"klankbord/bench/figure"
)

// Describe tells cores and memory.
func Describe() figure.Machine {
	return figure.Machine{
		Cores: runtime.NumCPU(), MemoryMiB: memory(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
}

func memory() int {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int
		if _, err := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kib); err == nil {
			return kib >> 10
		}
	}
	return 0
}

// WriteMBs writes size bytes to a file in a folder, syncs it, and returns MB/s. A
// megabyte here is 10⁶ bytes.
func WriteMBs(dir string, size int64) (rate float64, err error) {
	f, err := os.CreateTemp(dir, "plain-*")
	if err != nil {
		return 0, fmt.Errorf("plain write: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	block := make([]byte, 1<<20)
	_, _ = rand.Read(block) // never returns an error since Go 1.24
	began := time.Now()
	for left := size; left > 0; left -= int64(len(block)) {
		if _, err := f.Write(block[:min(left, int64(len(block)))]); err != nil {
			return 0, fmt.Errorf("plain write: %w", err)
		}
	}
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("plain write: %w", err)
	}
	return float64(size) / 1e6 / time.Since(began).Seconds(), nil
}

// SyncsPerSecond appends 4 KiB and syncs, over and over for a while: how many
// commits one after another the disk can take.
func SyncsPerSecond(dir string, during time.Duration) (rate float64, err error) {
	f, err := os.Create(filepath.Join(dir, "syncs"))
	if err != nil {
		return 0, fmt.Errorf("synced writes: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := []byte(strings.Repeat("k", 4096))
	began, n := time.Now(), 0
	for time.Since(began) < during {
		if _, err := f.Write(page); err != nil {
			return 0, fmt.Errorf("synced writes: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("synced writes: %w", err)
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// SealMBs encrypts with AES-256-GCM in blocks of 64 KiB on one core.
func SealMBs(during time.Duration) (float64, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never returns an error since Go 1.24
	block, err := aes.NewCipher(key)
	if err != nil {
		return 0, fmt.Errorf("aes: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return 0, fmt.Errorf("aes: %w", err)
	}
	plain, out, nonce := make([]byte, 64<<10), make([]byte, 0, 65<<10), make([]byte, gcm.NonceSize())
	began, n := time.Now(), 0
	for ; time.Since(began) < during; n++ {
		nonce[0], nonce[1], nonce[2] = byte(n), byte(n>>8), byte(n>>16)
		out = gcm.Seal(out[:0], nonce, plain, nil)
	}
	return float64(n*len(plain)) / 1e6 / time.Since(began).Seconds(), nil
}

// Wraps makes key pairs of MLKEM768-X25519 and wraps a short secret to recipients with HPKE
// (RFC 9180), as a complaint asks for, and returns how long that took on one core.
func Wraps(pairs, recipients int) (time.Duration, error) {
	kem := hpke.MLKEM768X25519()
	recipient, err := kem.GenerateKey()
	if err != nil {
		return 0, fmt.Errorf("hpke: %w", err)
	}
	secrets := make([]byte, 96)
	began := time.Now()
	for range pairs {
		if _, err := kem.GenerateKey(); err != nil {
			return 0, fmt.Errorf("hpke: %w", err)
		}
	}
	for range recipients {
		_, sender, err := hpke.NewSender(recipient.PublicKey(), hpke.HKDFSHA256(), hpke.AES256GCM(), nil)
		if err != nil {
			return 0, fmt.Errorf("hpke: %w", err)
		}
		if _, err := sender.Seal(nil, secrets); err != nil {
			return 0, fmt.Errorf("hpke: %w", err)
		}
	}
	return time.Since(began), nil
}

// Argon2ID derives one key with the parameters of a password (RFC 9106; t=3,
// m=64 MiB, p=4) and returns how long it took.
func Argon2ID() time.Duration {
	began := time.Now()
	_ = argon2.IDKey([]byte("a password of a member"), make([]byte, 16), 3, 64<<10, 4, 32)
	return time.Since(began)
}

// Copy copies a folder with plain files in it, as after a backup.
func Copy(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return copyFile(filepath.Join(to, rel), path)
	})
}

func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync() // so that its writing back does not fall into a measurement
}
