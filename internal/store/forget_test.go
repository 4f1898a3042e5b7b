package store_test

import (
	"errors"
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// leaveTraces gives a member everything that a reader of a case can have in it.
func leaveTraces(tx *store.Tx, id casefile.ID, member staff.ID) error {
	return errors.Join(
		tx.InsertRing(member, store.Ring{Case: id, Box: []byte("ring")}),
		tx.SetReadMark(id, member, 3),
		tx.PutBeside(store.Beside{Case: id, Member: member, Kind: store.BesideWatch}),
		tx.InsertUpload(store.Upload{ID: "upload-" + string(id) + string(member), Owner: store.DeskOwner(id, member), Size: 1, Box: []byte("upload"), Expires: tx.Now().Add(3600e9)}),
		tx.PutDeskDraft(store.DeskDraft{Case: id, Member: member, Kind: "note", Box: []byte("draft")}),
		tx.InsertBlobRef(store.BlobRef{Name: string(id + casefile.ID(member)), OwnerKind: "desk", Owner: store.DeskOwner(id, member), Object: "file"}),
		tx.QueueMail(store.Mail{ID: "mail-" + string(id) + string(member), Case: id, Member: member, Kind: "member-notice", Box: []byte("mail")}, tx.Now()),
		tx.InsertOpening(store.Opening{ID: "o-" + string(member), Case: id, Member: member, What: "identity", At: tx.Now(), Until: tx.Now().Add(1800e9), Stamp: []byte{1}}),
	)
}

func TestForgettingAReaderLeavesTheOthersWhatIsTheirs(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, c *clock.Fixed) {
		one, two := aCase(1), aCase(2)
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele", "thomas"), insertCase(tx, two, "thomas"),
				leaveTraces(tx, one.ID, "nele"), leaveTraces(tx, one.ID, "thomas"), leaveTraces(tx, two.ID, "thomas"))
		})
		write(t, s, logged(one.ID, func(tx *store.Tx) error { return tx.ForgetReader(one.ID, "thomas") }))
		read(t, s, func(tx *store.Tx) error {
			for _, x := range []struct {
				id     casefile.ID
				member staff.ID
				want   int
			}{{one.ID, "thomas", 0}, {one.ID, "nele", 1}, {two.ID, "thomas", 1}} {
				for table, where := range map[string]string{
					"keyring": "case_id = $1 AND member_id = $2", "read_mark": "case_id = $1 AND member_id = $2",
					"desk_draft": "case_id = $1 AND member_id = $2", "beside": "case_id = $1 AND member_id = $2", "mail": "case_id = $1 AND member_id = $2",
					"blob_ref": "owner_id = $1 || '/' || $2", "upload": "owner_id = $1 || '/' || $2", "job": "ref = 'mail-' || $1 || $2",
				} {
					var n int
					if err := tx.QueryRow("SELECT count(*) FROM "+table+" WHERE "+where, string(x.id), string(x.member)).Scan(&n); err != nil {
						return err
					}
					if n != x.want {
						t.Errorf("%s of %s in %s: %d rows, want %d", table, x.member, x.id, n, x.want)
					}
				}
			}
			openings, err := tx.Openings(one.ID)
			for _, o := range openings {
				if open := o.Until.After(c.Now()) && !o.Shut; open != (o.Member == "nele") {
					t.Errorf("the identity is open to %s: %v", o.Member, open)
				}
			}
			if len(openings) != 2 {
				t.Errorf("%d openings are told of, want 2", len(openings))
			}
			return err
		})
	})
}

func TestGrantsAreListedCountedAndRemovedOneByOne(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		one, two := aCase(1), aCase(2)
		one.InCharge = "thomas"
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, one, "nele", "thomas"), insertCase(tx, two, "thomas"),
				tx.InsertMember(store.Member{ID: "thomas", Email: "t", Name: "T", Language: "nl", Active: true}),
				tx.InsertMember(store.Member{ID: "els", Email: "e", Name: "E", Language: "nl", Active: false}), tx.InsertLeaf(leafOf("")))
		})
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.CaseFor("nele", two.Number); !errors.Is(err, store.ErrNone) {
				t.Errorf("a case without a grant: %v", err)
			}
			if c, err := tx.CaseFor("nele", one.Number); err != nil || c.ID != one.ID {
				t.Errorf("a case with a grant: %v", err)
			}
			cases, err := tx.GrantedCases("thomas", "", 10)
			if !slices.Equal(cases, []casefile.ID{one.ID, two.ID}) {
				t.Errorf("thomas holds %v", cases)
			}
			return err
		})
		grant := store.Grant{Case: one.ID, Kind: seal.RecipientMember, Recipient: "thomas", Seq: 1}
		write(t, s, func(tx *store.Tx) error {
			cleared, err := tx.ClearCharge(one.ID, "thomas")
			if again, _ := tx.ClearCharge(one.ID, "thomas"); !cleared || again {
				t.Errorf("taken out of charge %v, and once more %v", cleared, again)
			}
			return errors.Join(err, tx.DeleteGrant(grant), tx.InsertLeaf(leafOf(one.ID)))
		})
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return tx.DeleteGrant(grant) }); !errors.Is(err, store.ErrStale) {
			t.Errorf("a grant removed twice: %v", err)
		}
		read(t, s, func(tx *store.Tx) error {
			held, err := tx.Granted(one.ID, "thomas")
			if held {
				t.Error("thomas still holds a key")
			}
			departed, err2 := tx.DepartedHolders()
			if len(departed) != 0 {
				t.Errorf("%v have left and hold a key", departed)
			}
			return errors.Join(err, err2)
		})
		write(t, s, func(tx *store.Tx) error {
			_, err := tx.Exec("UPDATE member SET active = 0 WHERE id = 'thomas'")
			return err
		})
		read(t, s, func(tx *store.Tx) error {
			departed, err := tx.DepartedHolders()
			if !slices.Equal(departed, []staff.ID{"thomas"}) {
				t.Errorf("%v have left and hold a key, want thomas", departed)
			}
			return err
		})
	})
}

func TestEpochAndKeysMoveOnlyFromWhatWasRead(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, _ *clock.Fixed) {
		c := aCase(1)
		key := store.CaseKey{Case: c.ID, Seq: 1, Created: start, Stamp: []byte("first"), Public: map[seal.Compartment]seal.PublicKey{
			seal.Identity: []byte("i"), seal.Dialogue: []byte("d"), seal.Investigation: []byte("n"),
		}}
		code := store.Code{Lookup: "look", Case: c.ID, Public: []byte("key"), Created: start, Stamp: []byte("stamp")}
		write(t, s, func(tx *store.Tx) error {
			return errors.Join(insertCase(tx, c), tx.InsertCaseKey(key), tx.InsertCode(code), tx.MoveEpoch(c.ID, 0, 1),
				tx.SetReadMark(c.ID, "nele", 5), tx.SetReadMark(c.ID, "thomas", 4), tx.CarryReadMarks(c.ID, 5, 6))
		})
		key.Gate, key.Stamp = []byte("gate"), []byte("second")
		for name, fn := range map[string]func(*store.Tx) error{
			"an epoch already passed":    func(tx *store.Tx) error { return tx.MoveEpoch(c.ID, 0, 1) },
			"keys that were not as read": func(tx *store.Tx) error { return tx.RenewCaseKey(key, []byte("other")) },
		} {
			if err := s.Write(t.Context(), fn); !errors.Is(err, store.ErrStale) {
				t.Errorf("%s: %v, want ErrStale", name, err)
			}
		}
		write(t, s, logged(c.ID, func(tx *store.Tx) error { return tx.RenewCaseKey(key, []byte("first")) }))
		read(t, s, func(tx *store.Tx) error {
			keys, err := tx.CaseKeys(c.ID)
			if len(keys) != 1 || string(keys[0].Gate) != "gate" || string(keys[0].Stamp) != "second" {
				t.Errorf("keys %+v", keys)
			}
			codes, err2 := tx.Codes(c.ID)
			if len(codes) != 1 || string(codes[0].Public) != "key" || string(codes[0].Stamp) != "stamp" {
				t.Errorf("codes %+v", codes)
			}
			marks, err3 := tx.ReadMarks(c.ID)
			for _, m := range marks {
				if want := map[staff.ID]int64{"nele": 6, "thomas": 4}[m.Member]; m.Seq != want {
					t.Errorf("%s has read up to %d, want %d", m.Member, m.Seq, want)
				}
			}
			length, err4 := tx.DirectoryLength()
			if length != 0 {
				t.Errorf("an empty directory has %d events", length)
			}
			return errors.Join(err, err2, err3, err4)
		})
		write(t, s, func(tx *store.Tx) error { return tx.DeleteCode("look") })
		read(t, s, func(tx *store.Tx) error {
			if _, err := tx.CodeCase("look"); !errors.Is(err, store.ErrNone) {
				t.Errorf("a code that was forgotten: %v", err)
			}
			return nil
		})
	})
}
