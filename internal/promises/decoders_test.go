package promises_test

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/openpgp"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// decoder is a function that reads stored bytes, with honest ones to begin from.
type decoder struct {
	name  string // package and function, as the rule names it
	seeds [][]byte
	read  func([]byte) error // nil for one of the seeds at least
}

// decoders lists those that can be reached from outside their package without a
// database. Those that cannot are fuzzed beside their code; fuzzedInside names where.
func decoders(t testing.TB) []decoder {
	return append(sealDecoders(t), recordDecoders(t)...)
}

func sealDecoders(t testing.TB) []decoder {
	const instance, id = "i", "c"
	where := seal.Context{Instance: instance, Case: id, Compartment: seal.Dialogue, Kind: "k", Object: "o"}
	key, member, code, tok, pepper := seal.NewKey(), seal.NewMemberSecret(), seal.NewCode(), seal.NewToken(), seal.NewKey()
	keys := seal.NewCaseKeys(instance, id, 0)
	room, _ := keys.Compartment(seal.Dialogue)
	compartment, err := seal.NewRecipient(seal.RecipientCompartment, "x", room.Public())
	must(t, err)
	reader, err := seal.NewRecipient(seal.RecipientMember, "m", member.Keys().Public())
	must(t, err)
	appended, err := seal.Append(compartment, where, []byte("text"))
	must(t, err)
	_, derived, err := room.OpenAppended(where, appended)
	must(t, err)
	grant, err := keys.Grant(reader, seal.Share{seal.Dialogue}, nil)
	must(t, err)
	recovery, err := seal.SealRecovery(pepper, instance, "m", code, member)
	must(t, err)
	stamper, signer := seal.NewInstanceKey().Stamper(), member.Signer()
	manifest, part := sealedFile(t, []byte("content of a file"))
	shares := code.Split()
	keyCopy, err := seal.SealKeyCopy(code, seal.NewInstanceKey(), pepper)
	must(t, err)
	one := func(b ...[]byte) [][]byte { return b }
	return []decoder{
		{"seal.ParseContext", one(where.Encode()), func(b []byte) error { return second(seal.ParseContext(b)) }},
		{"seal.Key.Open", one(key.Seal(where, []byte("text"))), func(b []byte) error { return second(key.Open(where, b)) }},
		{"seal.CompartmentKey.Open", one(room.Seal(where, []byte("text"))), func(b []byte) error { return second(room.Open(where, b)) }},
		{"seal.CompartmentKey.OpenAppended", one(appended), func(b []byte) error { _, _, err := room.OpenAppended(where, b); return err }},
		{"seal.CompartmentKey.OpenDerived", one(derived, appended), func(b []byte) error {
			_, _ = room.OpenDerived(where, b, derived)
			return second(room.OpenDerived(where, appended, b))
		}},
		{"seal.Keys.OpenGrant", one(grant), func(b []byte) error {
			return second(member.Keys().OpenGrant(instance, id, 0, seal.RecipientMember, "m", b))
		}},
		{"seal.Keys.OpenKeyring", one(member.Keys().SealKeyring("m", keys)), func(b []byte) error { return second(member.Keys().OpenKeyring(instance, id, 0, "m", b)) }},
		{"seal.Scan.Open", one(member.Keys().SealKeyring("m", keys), room.Seal(where, []byte("text"))), func(b []byte) error {
			scan := member.Keys().Scan("m")
			_, _ = scan.Open(0, member.Keys().SealKeyring("m", keys), where, b)
			return second(scan.Open(0, b, where, room.Seal(where, []byte("text"))))
		}},
		{"seal.Envelope.OpenRecovery", one(recovery.Box, recovery.Salt), func(b []byte) error {
			_, _ = seal.Envelope{Kind: recovery.Kind, Params: recovery.Params, Salt: b, Box: recovery.Box}.OpenRecovery(pepper, instance, "m", code)
			return second(seal.Envelope{Kind: recovery.Kind, Params: recovery.Params, Salt: recovery.Salt, Box: b}.OpenRecovery(pepper, instance, "m", code))
		}},
		{"seal.Cost.OpenPassword", one([]byte("argon2id v=19 t=3 m=65537 p=99"), []byte("argon2id v=19 t=99 m=4294967295 p=4")), func(b []byte) error {
			_, _ = seal.Cost{}.OpenPassword(seal.Envelope{Kind: seal.EnvelopePassword, Params: string(b), Salt: recovery.Salt, Box: recovery.Box}, pepper, instance, "m", "x")
			return nil // a cost that is believed takes the memory that it says: none of these is
		}},
		{"seal.OpenCode", one(seal.SealCode(key, where, code)), func(b []byte) error { return second(seal.OpenCode(key, where, b)) }},
		{"seal.ParseCode", one([]byte(code.Text())), func(b []byte) error { return second(seal.ParseCode(string(b))) }},
		{"seal.ParseToken", one([]byte(tok.Cookie())), func(b []byte) error { return second(seal.ParseToken(string(b))) }},
		{"seal.Token.OpenKeys", one(tok.SealKeys(pepper, where, member.Keys())), func(b []byte) error { return second(tok.OpenKeys(pepper, where, b)) }},
		{"seal.UnwrapKey", one(key.Wrap(pepper, where)), func(b []byte) error { return second(seal.UnwrapKey(pepper, where, b)) }},
		{"seal.DecodeManifest", one(manifest.Encode()), func(b []byte) error { return second(seal.DecodeManifest(b)) }},
		{"seal.Manifest.Open", one(part), func(b []byte) error {
			return second(io.Copy(io.Discard, manifest.Open(func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil })))
		}},
		{"seal.LoadInstanceKey", one(seal.NewInstanceKey().Marshal()), func(b []byte) error { return second(seal.LoadInstanceKey(b)) }},
		{"seal.LoadPepper", one(seal.MarshalPepper(pepper)), func(b []byte) error { return second(seal.LoadPepper(b)) }},
		{"seal.ParseShare", one([]byte(shares[0].Text())), func(b []byte) error { return second(seal.ParseShare(string(b))) }},
		{"seal.OpenKeyCopy", one(keyCopy), func(b []byte) error {
			_, _, err := seal.OpenKeyCopy(code, b)
			return err
		}},
		{"seal.NewRecipient", one(member.Keys().Public()), func(b []byte) error { return second(seal.NewRecipient(seal.RecipientMember, "m", b)) }},
		{"seal.Stamper.Verify", one(stamper.Stamp(where, 0, nil, "")), func(b []byte) error { return holds(stamper.Verify(where, 0, nil, "", b)) }},
		{"seal.VerifySignature", one(signer.Sign(where, nil), signer.Public()), func(b []byte) error {
			seal.VerifySignature(b, where, nil, b)
			return holds(seal.VerifySignature(signer.Public(), where, nil, b))
		}},
		{"seal.Box.Scan", one([]byte("box")), func(b []byte) error {
			var box seal.Box
			return sql.Scanner(&box).Scan(b)
		}},
	}
}

func second[T any](_ T, err error) error { return err }

var errRefused = errors.New("refused")

func holds(ok bool) error {
	if !ok {
		return errRefused
	}
	return nil
}

// sealedFile seals a file of one part.
func sealedFile(t testing.TB, content []byte) (seal.Manifest, []byte) {
	var part bytes.Buffer
	w := seal.NewFileWriter(func(int) (io.WriteCloser, error) { return nopCloser{&part}, nil })
	_, err := w.Write(content)
	must(t, err)
	must(t, w.Close())
	return w.Manifest(), part.Bytes()
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func recordDecoders(t testing.TB) []decoder {
	key := seal.NewInstanceKey()
	signer, err := audit.NewSigner("i", key.CheckpointKey())
	must(t, err)
	record := audit.Record{ID: "1", At: apptest.Start, Kind: audit.CaseRead, Actor: audit.Actor{Kind: audit.Member, ID: "m"}, Case: "c", Detail: map[string]string{"a": "b"}}
	salt := [32]byte{1}
	hash := audit.Leaf(salt, record.Encode())
	signed, err := audit.Checkpoint{Origin: audit.Origin("i"), Size: 1, Root: hash}.Sign(signer)
	must(t, err)
	verifier := verifierOf(t, "i", key)
	proof := audit.Proof{Salt: salt, Record: record.Encode()}
	event, statement, chain := directoryEvents(t)
	one := func(b ...[]byte) [][]byte { return b }
	invitation := enrolmentRequest(t)
	return append(payloadDecoders(t),
		decoder{"audit.DecodeRecord", one(record.Encode()), func(b []byte) error { return second(audit.DecodeRecord(b)) }},
		decoder{"audit.DecodeProof", one(proof.Encode()), func(b []byte) error { return second(audit.DecodeProof(b)) }},
		decoder{"audit.DecodeUpdate", one(audit.Update{Old: 0, Checkpoint: signed}.Encode()), func(b []byte) error { return second(audit.DecodeUpdate(b)) }},
		decoder{"audit.exportEntry", one(exported(t, signed, hash, salt, record.Encode())), func(b []byte) error {
			_, entries, err := audit.ReadExport(bytes.NewReader(b))
			if err != nil {
				return err
			}
			for _, err := range entries {
				if err != nil {
					return err
				}
			}
			return nil
		}},
		decoder{"audit.ParseCheckpoint", one(audit.Checkpoint{Origin: "o", Size: 1, Root: hash}.Text()), func(b []byte) error { return second(audit.ParseCheckpoint(b)) }},
		decoder{"audit.OpenCheckpoint", one(signed), func(b []byte) error { return second(audit.OpenCheckpoint(b, verifier)) }},
		decoder{"audit.Verify", one(signed, record.Encode()), func(b []byte) error {
			return second(audit.Verify(func(yield func(audit.Entry, error) bool) {
				yield(audit.Entry{Leaf: hash, Salt: salt, Record: b, Revealed: true}, nil)
			}, b, verifier))
		}},
		decoder{"staff.DecodeChange", one(statement), func(b []byte) error { return second(staff.DecodeChange(b)) }},
		decoder{"staff.decodePlacement", one(event.Body), func(b []byte) error {
			_, _, err := staff.Event{Body: b}.Reads()
			return err
		}},
		decoder{"staff.Chain.add", one(event.Signatures), func(b []byte) error {
			with := event
			with.Signatures = b
			return second(chain.Follow([]staff.Event{with}))
		}},
		decoder{"staff.ParseAssignments", one([]byte("handler/complaints/hr;auditor//")), func(b []byte) error { return second(staff.ParseAssignments(string(b))) }},
		decoder{"letter.Unpack", one([]byte(`{"template":"news","lang":"nl","number":"KB-0000-00"}`)), func(b []byte) error {
			_, _ = letter.Unpack[letter.NoticeAddress](b)
			return second(letter.Unpack[letter.Order](b))
		}},
		decoder{"openpgp.Load", one(openpgpKey(t)), func(b []byte) error {
			_, _ = openpgp.Parse(b, apptest.Start)
			k, err := openpgp.Load(b)
			if err != nil {
				return err
			}
			_, _ = k.Encrypt([]byte("x"), apptest.Start)
			return second(k.Facts(apptest.Start))
		}},
		decoder{"access.DecodeRouting", one([]byte(`{"routes":["general"],"topics":["x"],"exclusion":{"members":["m"]}}`)), func(b []byte) error { return second(access.DecodeRouting(b)) }},
		decoder{"ident.ParseCaseNumber", one([]byte("KB-7Q4M-9X")), func(b []byte) error {
			_, ok := ident.ParseCaseNumber(string(b))
			return holds(ok)
		}},
		decoder{"signin.Entry", one(invitation), func(b []byte) error {
			_ = signin.Fingerprint(store.Invitation{Request: b})
			_, _, _ = (&signin.SignIn{}).Renewal(store.Invitation{Kind: store.InvitationReset, Request: b})
			return second(signin.Entry(store.Invitation{Request: b, Assignments: "auditor//"}))
		}},
	)
}

// openpgpKey is the public key of a member, as it is stored.
func openpgpKey(t testing.TB) []byte {
	t.Helper()
	k, err := openpgp.Parse([]byte(apptest.NewOpenPGP(t, apptest.Start, 0).Public()), apptest.Start)
	must(t, err)
	return k.Bytes()
}

// exported is an export of a log of one leaf.
func exported(t testing.TB, signed []byte, hash tlog.Hash, salt [32]byte, record []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, audit.ExportFile{Key: "k", Checkpoints: [][]byte{signed}, Leaves: 1}.Write(&b, func(yield func(audit.Entry, error) bool) {
		yield(audit.Entry{Leaf: hash, Salt: salt, Record: record, Revealed: true}, nil)
	}))
	return b.Bytes()
}

func payloadDecoders(t testing.TB) (list []decoder) {
	add := func(plain []byte, err error, read func([]byte) error) {
		must(t, err)
		list = append(list, decoder{"casefile.DecodePayload", [][]byte{plain}, read})
	}
	story, err := casefile.EncodePayload(casefile.Story{Text: "t", Answers: map[string][]string{"a": {"b"}}, Files: []casefile.EntryID{"f"}})
	add(story, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Story](b)) })
	message, err := casefile.EncodePayload(casefile.Message{Text: "t"})
	add(message, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Message](b)) })
	identity, err := casefile.EncodePayload(casefile.Identity{First: "a", Answers: map[string][]string{"x": {"y"}}})
	add(identity, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Identity](b)) })
	state, err := casefile.EncodePayload(casefile.StateEvent{From: casefile.StateReceived, To: casefile.StateTriage, At: apptest.Start, Why: "w"})
	add(state, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.StateEvent](b)) })
	record, err := casefile.EncodePayload(casefile.Record{Sheet: casefile.SheetTriage, Fields: map[string][]string{"severity": {"2"}}})
	add(record, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Record](b)) })
	slip, err := casefile.EncodePayload(casefile.Slip{Kind: casefile.SlipMinutes, Text: "t"})
	add(slip, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Slip](b)) })
	answer, err := casefile.EncodePayload(casefile.SlipAnswer{Act: casefile.SlipSign, Name: "n", Print: "p"})
	add(answer, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.SlipAnswer](b)) })
	moved, err := casefile.EncodePayload(casefile.ClockEvent{Act: casefile.ClockExtended, Clock: "D5", To: apptest.Start, Why: "w"})
	add(moved, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.ClockEvent](b)) })
	part, err := casefile.EncodePayload(casefile.PartEvent{Part: casefile.ScopeStory, Rule: "r", Closed: apptest.Start, LeftOut: []string{"m"}})
	add(part, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.PartEvent](b)) })
	asked, err := casefile.EncodePayload(casefile.DataRequest{Right: casefile.RightAccess, Clock: "D14.1", Text: "t"})
	add(asked, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.DataRequest](b)) })
	answered, err := casefile.EncodePayload(casefile.DataAnswer{Result: casefile.DataGiven, Clock: "D14.1", Why: "w"})
	add(answered, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.DataAnswer](b)) })
	review, err := casefile.EncodePayload(casefile.ReviewRequest{Lang: "nl", Why: "w"})
	add(review, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.ReviewRequest](b)) })
	hold, err := casefile.EncodePayload(casefile.HoldEvent{Act: casefile.HoldSet, Why: "w", Review: apptest.Start})
	add(hold, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.HoldEvent](b)) })
	given, err := casefile.EncodePayload(casefile.ToTranslate{Case: "c", Entry: "e", Text: "t", To: "l", Name: "n", Until: apptest.Start})
	add(given, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.ToTranslate](b)) })
	translated, err := casefile.EncodePayload(casefile.Translation{Of: "e", Number: "n", By: "b", To: "l", Text: "t"})
	add(translated, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Translation](b)) })
	reread, err := casefile.EncodePayload(casefile.Reread{Draft: "note", Text: "t", Words: "w"})
	add(reread, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Reread](b)) })
	link, err := casefile.EncodePayload(casefile.Link{Other: "o", Number: "n", About: casefile.LinkRelated})
	add(link, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Link](b)) })
	raw, err := casefile.EncodePayload(casefile.RawMail{Manifest: []byte("m"), From: "f", Sent: apptest.Start})
	add(raw, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.RawMail](b)) })
	facts, err := casefile.EncodePayload(casefile.MailFacts{Mailbox: "m", Raw: "r", Sort: casefile.MailList, Flaws: []string{"f"}})
	add(facts, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.MailFacts](b)) })
	other, err := casefile.EncodePayload(casefile.OtherMail{From: "f", Text: "t", Received: apptest.Start})
	add(other, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.OtherMail](b)) })
	old, err := casefile.EncodePayload(casefile.OldMail{Ours: true, At: apptest.Start, Text: "t"})
	add(old, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.OldMail](b)) })
	told, err := casefile.EncodePayload(casefile.Told{Member: "m", Channel: casefile.ChannelPhone, At: apptest.Start, Consent: casefile.ConsentGiven, Minutes: "s"})
	add(told, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Told](b)) })
	brought, err := casefile.EncodePayload(casefile.Brought{From: casefile.FromCSV, Channel: casefile.ChannelLetter, Received: apptest.Start, Reference: "r"})
	add(brought, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Brought](b)) })
	tag, err := casefile.EncodePayload(casefile.Tag{Word: "w", Distress: true, File: "f"})
	add(tag, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Tag](b)) })
	recall, err := casefile.EncodePayload(casefile.Recall{Message: "m", Undone: true})
	add(recall, err, func(b []byte) error { return second(casefile.DecodePayload[casefile.Recall](b)) })
	summary, err := casefile.EncodeSummary(casefile.Summary{Subject: "s", Words: " f "})
	add(summary, err, func(b []byte) error { return second(casefile.DecodeSummary(b)) })
	add(summary, err, func(b []byte) error {
		_, _, err := casefile.SummaryWords(b)
		return err
	})
	return list
}

func verifierOf(t testing.TB, instance string, key *seal.InstanceKey) note.Verifier {
	t.Helper()
	text, err := audit.VerifierKey(instance, key.CheckpointKey().Public().(ed25519.PublicKey))
	must(t, err)
	v, err := note.NewVerifier(text)
	must(t, err)
	return v
}

// directoryEvents is a founded directory and the event that could follow.
func directoryEvents(t testing.TB) (staff.Event, []byte, *staff.Chain) {
	t.Helper()
	signer, at := seal.NewInstanceKey().Signer(), apptest.Start
	keys := []staff.Recovery{{ID: "r", Key: seal.NewCode().Keys("i").Public()}}
	genesis, err := staff.Found("i", at, staff.Rules{Profile: "wwf-belgium"}, keys, signer)
	must(t, err)
	chain, err := staff.Verify("i", signer.Public(), []staff.Event{genesis})
	must(t, err)
	ch, _ := apptest.Enrolment("i", staff.Assignment{Role: staff.RoleAuditor})
	statement, err := chain.Compose(at, ch)
	must(t, err)
	e, err := chain.Place(statement, []staff.Signature{staff.Sign("i", staff.ByInstance, signer, statement)}, at, signer)
	must(t, err)
	return e, statement, chain
}

func enrolmentRequest(t testing.TB) []byte {
	b, err := json.Marshal(map[string]any{"reading": []byte("key"), "signing": []byte("key"), "password": map[string]any{"kind": "password", "salt": []byte("s")}})
	must(t, err)
	return b
}

// storedDecoders read what lies sealed in the database under a key that somebody
// outside holds: whoever has the cookie can seal whatever they like.
func storedDecoders(t testing.TB) []decoder {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	tok := i.Enter(r.Code)
	kept, err := i.Dialogue.Keep(tok, dialogue.Kept{Form: "reply", Number: r.Number, Text: "t", Answers: profile.Answers{"a": {"b"}}})
	must(t, err)
	manifest, _ := sealedFile(t, []byte("content"))
	browser := i.Draft("nl", apptest.Answers("response-time"), map[string]string{"f.txt": "content"})
	draft := openedDraft(t, i, browser)
	sends := i.Draft("nl", apptest.Answers("response-time"), map[string]string{"g.txt": "content"})
	sending := openedDraft(t, i, sends)
	arriving, err := i.Intake.BeginFile(ctx, sends, "nl", "opname.m4a", 10)
	must(t, err)
	sent := i.Draft("nl", apptest.Answers("response-time"), nil)
	_, err = i.Intake.Submit(ctx, sent, "")
	must(t, err)
	path, err := i.Setup.Invite(ctx, team.Manager, setup.Person{Name: "I", Email: "i@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}}})
	must(t, err)
	invited, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	must(t, err)
	where := func(kind, object string, revision int64) seal.Context {
		return seal.Context{Instance: i.Instance(), Kind: kind, Object: object, Revision: uint64(revision)}
	}
	return []decoder{
		{"dialogue.Dialogue.Restore", [][]byte{[]byte(kept), []byte(`{"form":"reply","answers":{"a":["b"]}}`)}, func(b []byte) error {
			_, _ = i.Dialogue.Restore(tok, string(b))
			_, ok := i.Dialogue.Restore(tok, base64.RawURLEncoding.EncodeToString(tok.Key().Seal(where("mailbox-kept", "", 0), b)))
			return holds(ok)
		}},
		{"dialogue.Dialogue.openTicket", [][]byte{manifest.Encode()}, func(b []byte) error {
			inside := where("mailbox-file", "p", 0)
			inside.Case = string(r.Case)
			list, err := i.Dialogue.Attachments(ctx, tok, []string{"p." + base64.RawURLEncoding.EncodeToString(tok.Key().Seal(inside, b)), string(b)})
			must(t, err)
			return holds(len(list) == 1)
		}},
		{"intake.Intake.openDraft", [][]byte{[]byte(`{"version":1,"lang":"nl","answers":{"a":["b"]},"visited":["x"],"named":{"m":"yes"},"code":"c"}`)}, func(b []byte) error {
			behind(t, i.Store, "UPDATE draft SET box = $1 WHERE id = $2", []byte(draft.key.Seal(where("draft", draft.ID, draft.Revision), b)), draft.ID)
			_, err := i.Intake.Draft(ctx, browser)
			behind(t, i.Store, "UPDATE draft SET box = $1 WHERE id = $2", []byte(draft.Box), draft.ID)
			return err
		}},
		{"intake.Intake.openManifest", [][]byte{manifest.Encode()}, func(b []byte) error {
			behind(t, i.Store, "UPDATE draft_file SET box = $1 WHERE draft_id = $2", []byte(draft.key.Seal(where("draft-file", draft.file, 0), b)), draft.ID)
			return second(i.Intake.Draft(ctx, browser))
		}},
		{"custody.Pieces.Find", [][]byte{seal.Manifest{Name: "opname.m4a"}.Encode()}, func(b []byte) error {
			behind(t, i.Store, "UPDATE upload SET box = $1 WHERE id = $2", []byte(sending.key.Seal(where("upload", arriving.ID+"/10", 0), b)), arriving.ID)
			_, err := i.Intake.ArrivingFile(ctx, sends, arriving.ID)
			return err
		}},
		{"intake.Intake.receipt", [][]byte{[]byte(`{"draft":"d","case":"c","number":"KB-0000-00","received":"2026-03-02T08:30:00Z","dates":[{"rule":"r","due":"2026-03-02T08:30:00Z"}]}`)}, func(b []byte) error {
			behind(t, i.Store, "UPDATE submission SET box = $1 WHERE session_id = $2", []byte(sent.Key().Seal(where("receipt", sentDraft(t, i, sent), 0), b)), sent.ID())
			return second(i.Intake.Receipt(ctx, sent))
		}},
		{"signin.SignIn.prepared", [][]byte{enrolmentRequest(t)}, func(b []byte) error {
			behind(t, i.Store, "UPDATE invitation SET request = $1 WHERE lookup = $2", b, invited.ID())
			_, _ = i.SignIn.Prepared(ctx, invited)
			return nil // what it reads next is sealed under the pepper as well
		}},
	}
}

// opened is a draft with its key, as the browser that wrote it could open it.
type opened struct {
	store.Draft
	key  *seal.Key
	file string
}

func openedDraft(t testing.TB, i *apptest.Instance, tok seal.Token) (d opened) {
	t.Helper()
	must(t, i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if d.Draft, err = tx.DraftBySession(tok.ID()); err != nil {
			return err
		}
		files, err := tx.DraftFiles(d.ID)
		if err == nil {
			d.file = files[0].ID
		}
		return err
	}))
	key, err := seal.UnwrapKey(tok.Key(), seal.Context{Instance: i.Instance(), Kind: "draft-key", Object: d.ID}, d.KeyBox)
	must(t, err)
	d.key = key
	return d
}

func sentDraft(t testing.TB, i *apptest.Instance, tok seal.Token) (id string) {
	t.Helper()
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.LatestSubmission(tok.ID())
		id = row.Draft
		return err
	}))
	return id
}
