package sqldb

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Rows never cross a network in clear, nor go to a server that only says who it is.
func TestPostgreSQLOnAnotherMachineNeedsACheckedServer(t *testing.T) {
	for address, refused := range map[string]bool{
		"postgres://k@127.0.0.1/k?sslmode=disable":                             false,
		"postgres://k@[::1]/k":                                                 false,
		"postgres://k@localhost/k?sslmode=disable":                             false,
		"postgres:///k?host=/run/postgresql":                                   false,
		"postgres://k@db.example/k?sslmode=verify-full":                        false,
		"postgres://k@db.example/k?sslmode=disable":                            true,
		"postgres://k@db.example/k":                                            true, // pgx: TLS if there is any, else in clear
		"postgres://k@db.example/k?sslmode=allow":                              true,
		"postgres://k@db.example/k?sslmode=require":                            true, // any certificate does
		"postgres://k@127.0.0.1,db.example/k?sslmode=disable":                  true,
		"postgres://k@10.0.0.7/k?sslmode=disable":                              true,
		"postgres://k@localhost.example/k?sslmode=prefer":                      true,
		"postgres://k@db.example,db2.example/k?sslmode=verify-full&user=k":     false,
		"postgres://k@127.0.0.1,db.example/k?sslmode=prefer&connect_timeout=1": true,
	} {
		c, err := pgx.ParseConfig(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := guarded(c); errors.Is(got, errInClear) != refused {
			t.Errorf("%s: %v, refused should be %v", address, got, refused)
		}
		if refused {
			if _, err := Open(t.Context(), address); !errors.Is(err, errInClear) {
				t.Errorf("%s is opened: %v", address, err)
			}
		}
	}
}
