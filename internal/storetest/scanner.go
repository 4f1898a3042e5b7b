package storetest

import (
	"os"
	"testing"
)

// Scanner is the socket of the ClamAV daemon for tests, whose one signature is the text in
// deploy/test/klankbord.ndb.
func Scanner(t testing.TB) string {
	t.Helper()
	socket := os.Getenv("KLANKBORD_TEST_CLAMD")
	if socket == "" {
		t.Fatal("KLANKBORD_TEST_CLAMD is not set; run: tools/test.sh ./internal/web/desk, which starts ClamAV")
	}
	return socket
}
