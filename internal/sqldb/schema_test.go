package sqldb_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

// inSchema is the address of the server for tests with schema=NAME in it, where NAME goes
// with the test.
func inSchema(t *testing.T) (dsn, name string) {
	t.Helper()
	u, err := url.Parse(storetest.PostgreSQL(t))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	name = query.Get("search_path")
	query.Del("search_path")
	query.Set("schema", name)
	query.Set("connections", "2")
	u.RawQuery = query.Encode()
	return u.String(), name
}

func TestEachOrganisationSeesItsOwnSchemaAlone(t *testing.T) {
	one, first := inSchema(t)
	other, _ := inSchema(t)
	a, b := migrated(t, storetest.Open(t, one)), storetest.Open(t, other)
	if err := exec(a, t.Context(), insert, "nele", "Nele"); err != nil {
		t.Fatal(err)
	}
	if err := exec(b, t.Context(), insert, "nele", "Nele"); err == nil {
		t.Fatal("a statement found the table of another organisation")
	}
	migrated(t, b)
	if got := members(t, b); len(got) != 0 {
		t.Errorf("the other organisation has %v", got)
	}
	if got := members(t, a); len(got) != 1 {
		t.Errorf("the first organisation has %v", got)
	}
	again := storetest.Open(t, one)
	if got := members(t, again); len(got) != 1 {
		t.Errorf("opened again, schema %s has %v", first, got)
	}
}

func TestASchemaIsMadeWhereItIsMissing(t *testing.T) {
	dsn, name := inSchema(t)
	missing := strings.Replace(dsn, "schema="+name, "schema="+name+"_new", 1)
	db := migrated(t, storetest.Open(t, missing))
	t.Cleanup(func() { // the schema of the test goes by itself, this one does not
		if err := exec(db, context.WithoutCancel(t.Context()), "DROP SCHEMA "+name+"_new CASCADE"); err != nil {
			t.Error(err)
		}
	})
	if err := exec(db, t.Context(), insert, "nele", "Nele"); err != nil {
		t.Error(err)
	}
	if got := members(t, migrated(t, storetest.Open(t, dsn))); len(got) != 0 {
		t.Errorf("it was written to another schema: %v", got)
	}
}

func TestASchemaIsAPlainName(t *testing.T) {
	for _, query := range []string{
		"schema=", "schema=Public", "schema=a,public", "schema=a%22;DROP", "schema=1a", "schema=" + strings.Repeat("a", 64), "schema=pg%20x",
		"connections=1", "connections=101", "connections=many",
	} {
		if db, err := sqldb.Open(t.Context(), "postgres://k@127.0.0.1:1/k?"+query); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%s: opened %v, %v", query, db != nil, err)
		}
	}
}
