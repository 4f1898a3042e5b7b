package storetest

import (
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"klankbord/internal/ident"
)

// EnvS3 and EnvS3Key name the variables with the address of a running S3 server to use
// and with the file that holds its key. Without them a test starts one of its own.
const (
	EnvS3    = "KLANKBORD_TEST_S3"
	EnvS3Key = "KLANKBORD_TEST_S3_KEY"
)

// S3 is a bucket of a test on a real server.
type S3 struct {
	Host    string // and port, on this machine
	Bucket  string
	KeyFile string
	Client  *minio.Client // to do what the program does not
}

// Address is that of the bucket as a setting; a host of "" is the server's own, another
// one stands before it.
func (s *S3) Address(host string) string {
	if host == "" {
		host = s.Host
	}
	return "http://" + host + "/" + s.Bucket + "?key-file=" + url.QueryEscape(s.KeyFile)
}

// Bucket makes an empty bucket that keeps no versions.
func Bucket(t testing.TB) *S3 {
	t.Helper()
	host, keyFile := strings.TrimPrefix(os.Getenv(EnvS3), "http://"), os.Getenv(EnvS3Key)
	if host == "" {
		host, keyFile = startS3(t)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	id, secret, _ := strings.Cut(strings.TrimSpace(string(key)), "\n")
	client, err := minio.New(host, &minio.Options{Creds: credentials.NewStaticV4(id, secret, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	s := &S3{Host: host, Bucket: "t-" + strings.ToLower(strings.Trim(ident.New(), "-_"))[:20], KeyFile: keyFile, Client: client}
	if err := client.MakeBucket(t.Context(), s.Bucket, minio.MakeBucketOptions{Region: "us-east-1"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// KeepVersions makes a server keep what is deleted, as many do.
func (s *S3) KeepVersions(t testing.TB) {
	t.Helper()
	if err := s.Client.EnableVersioning(t.Context(), s.Bucket); err != nil {
		t.Fatal(err)
	}
}

// Objects are the names of all that is in the bucket, older versions and marks of
// deletion too.
func (s *S3) Objects(t testing.TB) []string {
	t.Helper()
	var names []string
	for o := range s.Client.ListObjectsIter(t.Context(), s.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		names = append(names, o.Key)
	}
	return names
}

var errNoS3 = errors.New("the S3 server for tests is not installed; run: make tools")

// startS3 starts a server that ends with the test, or with the process.
func startS3(t testing.TB) (host, keyFile string) {
	t.Helper()
	tools := os.Getenv("KLANKBORD_TOOLS")
	if tools == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		tools = filepath.Join(home, ".cache", "klankbord-tools")
	}
	program, dir := filepath.Join(tools, "bin", "versitygw"), t.TempDir()
	if _, err := os.Stat(program); err != nil {
		t.Fatal(errors.Join(errNoS3, err))
	}
	port, err := freePort(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	host, keyFile = "127.0.0.1:"+port, filepath.Join(dir, "key")
	secret := ident.New()
	err = errors.Join(os.WriteFile(keyFile, []byte("test\n"+secret+"\n"), 0o600), os.Mkdir(filepath.Join(dir, "buckets"), 0o700), os.Mkdir(filepath.Join(dir, "versions"), 0o700))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--quiet", "--keep-alive", "--port", host, "posix", "--versioning-dir", filepath.Join(dir, "versions"), filepath.Join(dir, "buckets"))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY=test", "ROOT_SECRET_KEY="+secret)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(cmd.Process.Kill(), cmd.Wait()) })
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", host, time.Second)
		if err == nil {
			_ = c.Close()
			return host, keyFile
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatal(err)
		}
	}
}
