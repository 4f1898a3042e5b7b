package rawmail_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"klankbord/internal/rawmail"
)

// kase is a mail of one class, and what must come out of it.
type kase struct {
	name  string
	raw   string
	text  string // stands in the text
	not   string // does not
	flaw  rawmail.Flaw
	files []string // names
	check func(*rawmail.Message) string
}

const head = "From: Jan Maes <jan.maes@example.org>\r\nTo: klachten@desk.example\r\nSubject: Klacht\r\nDate: Thu, 26 Nov 2026 09:00:00 +0100\r\nMessage-ID: <a1@example.org>\r\n"

func mail(fields, body string) string { return head + fields + "\r\n" + body }

func nested(levels int) string {
	var b strings.Builder
	for n := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", n, n)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nin the middle\r\n")
	for n := levels - 1; n >= 0; n-- {
		fmt.Fprintf(&b, "--b%d--\r\n", n)
	}
	return head + b.String()
}

func mixed(parts ...string) string {
	return mail("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n", "--b\r\n"+strings.Join(parts, "\r\n--b\r\n")+"\r\n--b--\r\n")
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// cases are one mail or more of each class that a desk gets, and of each that is meant
// to hurt.
func cases() []kase {
	return slices.Concat(ordinary(), public(), broken(), bombs(), replies())
}

func ordinary() []kase {
	return []kase{
		{name: "plain text", raw: mail("", "Ik wil een klacht indienen."), text: "Ik wil een klacht indienen."},
		{name: "bare line feeds", raw: strings.ReplaceAll(mail("", "een\r\ntwee"), "\r\n", "\n"), text: "een\ntwee"},
		{name: "HTML only", raw: mail("Content-Type: text/html; charset=utf-8\r\n", `<html><head><title>x</title><style>p{}</style></head><body><p>Beste,</p><script>alert(1)</script><p>Ik klaag<br>hard. <a href="https://evil.example/">https://good.example/</a><img src="https://track.example/p.png" alt="logo"></p></body></html>`),
			text: "Beste,\n\nIk klaag\nhard. https://good.example/ <https://evil.example/> [logo]", not: "track.example"},
		{name: "plain beside HTML", raw: mail("Content-Type: multipart/alternative; boundary=b\r\n", "--b\r\n\r\nzo gezegd\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>zo getoond</p>\r\n--b--"), text: "zo gezegd", not: "getoond"},
		{name: "plain is an excuse", raw: mail("Content-Type: multipart/alternative; boundary=b\r\n", "--b\r\n\r\nPlease use a better program.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>"+strings.Repeat("wat er gebeurde ", 20)+"</p>\r\n--b--"), text: "wat er gebeurde", not: "better program"},
		{name: "attachment", raw: mixed("\r\nzie bijlage", "Content-Type: application/pdf; name=brief.pdf\r\nContent-Disposition: attachment; filename=\"brief.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"+b64("%PDF-1.4 test")),
			text: "zie bijlage", files: []string{"brief.pdf"}},
		{name: "name of a file in two ways", raw: mixed("\r\nx", "Content-Disposition: attachment; filename*=utf-8''re%C3%A7u.txt\r\n\r\nfoo", "Content-Disposition: attachment; filename=\"=?iso-8859-1?Q?re=E7u2.txt?=\"\r\n\r\nbar"), files: []string{"reçu.txt", "reçu2.txt"}},
		{name: "encoded words", raw: "From: =?utf-8?B?" + b64("Zoë Ménard") + "?= <zoe@example.org>\r\nSubject: =?iso-8859-1?Q?D=E9t?= =?iso-8859-1?Q?ournement?=\r\n\r\nBonjour", text: "Bonjour", check: func(m *rawmail.Message) string {
			if s, _ := m.Sender(); s.Name != "Zoë Ménard" || s.Email != "zoe@example.org" {
				return "sender: " + s.Name + " " + s.Email
			}
			return differ("subject", m.Subject, "Détournement")
		}},
		{name: "quoted-printable", raw: mail("Content-Type: text/plain; charset=iso-8859-15\r\nContent-Transfer-Encoding: quoted-printable\r\n", "Caf=E9 kost 5 =A4 en een lange re=\r\ngel."), text: "Café kost 5 € en een lange regel."},
		{name: "flowed", raw: mail("Content-Type: text/plain; format=flowed\r\n", "een lange \r\nregel\r\n-- \r\nJan"), text: "een lange regel\n-- \nJan"},
		{name: "a mail in a mail", raw: mixed("\r\nkijk", "Content-Type: message/rfc822\r\n\r\nSubject: binnen\r\n\r\nbinnentekst"), text: "kijk", not: "binnentekst", files: []string{"message.eml"}},
		{name: "calendar", raw: mixed("\r\nafspraak", "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"), text: "afspraak", files: []string{"invitation.ics"}},
		{name: "S/MIME, signed", raw: mail("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\r\n", "--b\r\n\r\ngetekend\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3\r\n--b--"), text: "getekend", files: []string{"smime.p7s"}},
		{name: "S/MIME, encrypted", raw: mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n", "MIAGCSqGSIb3"), flaw: rawmail.FlawEncrypted, files: []string{"smime.p7m"}},
		{name: "OpenPGP, encrypted", raw: mail("Content-Type: multipart/encrypted; boundary=b\r\n", "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream; name=e.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--"), flaw: rawmail.FlawEncrypted},
		{name: "winmail.dat", raw: mixed("\r\nvan Outlook", "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"+b64("\x78\x9f\x3e\x22")), text: "van Outlook", flaw: rawmail.FlawPacked, files: []string{"winmail.dat"}},
		{name: "uuencode in the text", raw: mail("", "zie\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nklaar"), text: "zie\nklaar", files: []string{"a.txt"}},
		{name: "an invitation to begin", raw: mail("", "begin 644 reasons to write\r\nThis is no file at all.\r\nend"), text: "This is no file at all."},
		{name: "partial", raw: mail("Content-Type: message/partial; id=x; number=1; total=2\r\n", "x"), flaw: rawmail.FlawPartial},
		{name: "outside", raw: mixed("\r\nhaal het op", "Content-Type: message/external-body; access-type=URL; URL=\"http://evil.example/\"\r\n\r\nContent-Type: text/plain\r\n"), text: "haal het op", flaw: rawmail.FlawOutside},
	}
}

func broken() []kase {
	return []kase{
		{name: "nothing", raw: "", flaw: rawmail.FlawNoText},
		{name: "no header", raw: "\r\nalleen tekst", text: "alleen tekst", flaw: rawmail.FlawNoSender},
		{name: "no empty line", raw: "From: a@b.example\r\nHallo, dit is tekst\r\nen nog meer", text: "Hallo, dit is tekst\nen nog meer", flaw: rawmail.FlawHeader},
		{name: "junk among the fields", raw: "From: a@b.example\r\njunk without colon\r\nSubject: toch\r\n\r\ntekst", text: "tekst", flaw: rawmail.FlawHeader, check: func(m *rawmail.Message) string { return differ("subject", m.Subject, "toch") }},
		{name: "8-bit header", raw: "From: a@b.example\r\nSubject: Ren\xe9 klaagt\r\n\r\nx", check: func(m *rawmail.Message) string { return differ("subject", m.Subject, "René klaagt") }},
		{name: "NUL in header and text", raw: "From: a@b.example\r\nSubject: a\x00b\r\n\r\nc\x00d", text: "cd", flaw: rawmail.FlawControl, check: func(m *rawmail.Message) string { return differ("subject", m.Subject, "ab") }},
		{name: "injected line", raw: "From: a@b.example\r\nSubject: =?utf-8?Q?a=0D=0ABcc:_x@y.example?=\r\n\r\nx", check: func(m *rawmail.Message) string { return differ("subject", m.Subject, "aBcc: x@y.example") }},
		{name: "turned direction", raw: mail("", "a\u202Eb"), text: "ab", flaw: rawmail.FlawControl},
		{name: "unknown charset", raw: mail("Content-Type: text/plain; charset=x-klingon\r\n", "gro\xdfe Not"), text: "große Not", flaw: rawmail.FlawCharset},
		{name: "wrong charset", raw: mail("Content-Type: text/plain; charset=utf-8\r\n", "gro\xdfe Not"), text: "große Not", flaw: rawmail.FlawCharset},
		{name: "UTF-7", raw: mail("Content-Type: text/html; charset=utf-7\r\n", "+ADw-script+AD4-"), flaw: rawmail.FlawCharset},
		{name: "unknown encoding", raw: mail("Content-Transfer-Encoding: rot13\r\n", "leesbaar"), text: "leesbaar", flaw: rawmail.FlawEncoding},
		{name: "broken base64 text", raw: mail("Content-Transfer-Encoding: base64\r\n", b64("een begin")+"\r\n*** rommel ***"), text: "een begin", flaw: rawmail.FlawEncoding},
		{name: "base64 cut off", raw: mixed("\r\nx", "Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJDR"), flaw: rawmail.FlawEncoding, files: []string{"a.bin"}},
		{name: "broken quoted-printable", raw: mail("Content-Transfer-Encoding: quoted-printable\r\n", "5 =ZZ 6 =4"), text: "5 =ZZ 6 =4", flaw: rawmail.FlawEncoding},
		{name: "no closing boundary", raw: mail("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\ntot hier"), text: "tot hier", flaw: rawmail.FlawStructure},
		{name: "no boundary named", raw: mail("Content-Type: multipart/mixed\r\n", "--abc123\r\n\r\ngevonden\r\n--abc123--"), text: "gevonden", not: "abc123", flaw: rawmail.FlawStructure},
		{name: "no boundary anywhere", raw: mail("Content-Type: multipart/mixed\r\n", "gewoon tekst"), text: "gewoon tekst", flaw: rawmail.FlawStructure},
		{name: "boundary is the beginning of another", raw: mail("Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n\r\n--bb is tekst\r\n--b--"), text: "--bb is tekst"},
		{name: "content type is nonsense", raw: mail("Content-Type: ;;;=\"\r\n", "toch tekst"), text: "toch tekst", flaw: rawmail.FlawHeader},
		{name: "HTML that never closes", raw: mail("Content-Type: text/html\r\n", "<div><p>Ik <b>klaag<table><tr><td>een<td>twee"), text: "Ik klaag\n\neen twee"},
	}
}

func bombs() []kase {
	many := strings.Repeat("--b\r\nContent-Disposition: attachment; filename=f\r\n\r\nx\r\n", 20_000)
	return []kase{
		{name: "bomb: 10,000 levels", raw: nested(10_000), flaw: rawmail.FlawTooDeep},
		{name: "bomb: the same boundary in every level", raw: head + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 20_000)},
		{name: "bomb: 20,000 parts", raw: mail("Content-Type: multipart/mixed; boundary=b\r\n", many), flaw: rawmail.FlawTooMany},
		{name: "bomb: a header of 20 MB", raw: "X: " + strings.Repeat("a", 20<<20) + "\r\nFrom: a@b.example\r\n\r\nx", flaw: rawmail.FlawHeader},
		{name: "bomb: a million fields", raw: strings.Repeat("a: b\r\n", 1_000_000) + "\r\nx", flaw: rawmail.FlawHeader, text: "x"},
		{name: "bomb: encoded words", raw: "Subject: " + strings.Repeat("=?utf-8?Q?=41?= ", 100_000) + "\r\nFrom: a@b.example\r\n\r\nx", text: "x"},
		{name: "bomb: half encoded words", raw: "Subject: " + strings.Repeat("=?utf-8?Q?", 100_000) + "\r\nFrom: a@b.example\r\n\r\nx", text: "x"},
		{name: "bomb: continued parameters", raw: mail("Content-Type: text/plain"+continued(10_000)+"\r\n", "x")},
		{name: "bomb: a million references", raw: mail("References:"+strings.Repeat(" <a@b>\r\n", 1_000_000), "x"), text: "x"},
		{name: "bomb: addresses", raw: "From: " + strings.Repeat("((((\"<a@b.example>,", 100_000) + "\r\n\r\nx", text: "x"},
		{name: "bomb: text of 30 MB", raw: mail("", strings.Repeat("lang en saai\r\n", 30<<20/14)), flaw: rawmail.FlawTooLong, text: "lang en saai"},
		{name: "bomb: HTML of nothing but tags", raw: mail("Content-Type: text/html\r\n", strings.Repeat("<div class=gmail_quote><blockquote>", 300_000)+"x")},
		{name: "bomb: HTML of one tag", raw: mail("Content-Type: text/html\r\n", "<a "+strings.Repeat("b=c ", 2_000_000)+">x</a>")},
		{name: "bomb: entities", raw: mail("Content-Type: text/html\r\n", strings.Repeat("&#x1F4A3;&CounterClockwiseContourIntegral;", 100_000))},
		{name: "bomb: quotes of quotes", raw: mail("", strings.Repeat(strings.Repeat(">", 1000)+" x\r\n", 1000)), text: "x"},
		{name: "bomb: Am Am Am", raw: mail("", strings.Repeat("Am Anfang schrieb ", 50_000)), text: "Am Anfang"},
		{name: "bomb: heads", raw: mail("", strings.Repeat("Van: x\r\n", 200_000)), text: "Van: x"},
		{name: "bomb: begin", raw: mail("", strings.Repeat("begin 644 x\r\n", 100_000)), text: "begin 644 x"},
		{name: "bomb: base64 of 25 MB", raw: mixed("\r\ngroot", "Content-Disposition: attachment; filename=g.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"+strings.Repeat("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\r\n", 25<<20/62)), files: []string{"g.bin"}, text: "groot"},
		{name: "bomb: one line of quoted-printable", raw: mail("Content-Transfer-Encoding: quoted-printable\r\n", strings.Repeat("=41", 1_000_000)), text: "AAAA"},
	}
}

func continued(n int) string {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, ";\r\n name*%d*=utf-8''a", i)
	}
	return b.String()
}

func replies() []kase {
	quote := "\r\n> We hebben uw klacht ontvangen.\r\n> Wanneer was het?\r\n"
	folded := func(own string) func(*rawmail.Message) string {
		return func(m *rawmail.Message) string {
			got, quoted := rawmail.Fold(m.Text)
			if quoted == "" {
				return "nothing is folded"
			}
			return differ("own words", got, own)
		}
	}
	return []kase{
		{name: "reply in Dutch", raw: mail("", "Het was maandag.\r\n\r\nOp do 26 nov. 2026 om 09:00 schreef Klachtendienst <k@desk.example>:\r\n"+quote), check: folded("Het was maandag.")},
		{name: "reply in French", raw: mail("", "C'était lundi.\r\n\r\nLe jeu. 26 nov. 2026 à 09:00, Service <k@desk.example>\r\na écrit\u00a0:\r\n"+quote), check: folded("C'était lundi.")},
		{name: "reply in English", raw: mail("", "It was Monday.\r\n\r\nOn Thu, Nov 26, 2026 at 9:00 AM Desk <k@desk.example>\r\nwrote:\r\n"+quote), check: folded("It was Monday.")},
		{name: "reply in German", raw: mail("", "Es war Montag.\r\n\r\nAm Do., 26. Nov. 2026 um 09:00 Uhr schrieb Stelle <k@desk.example>:\r\n"+quote), check: folded("Es war Montag.")},
		{name: "reply from Outlook", raw: mail("", "Lundi.\r\n\r\n________________________________\r\nDe : Service <k@desk.example>\r\nEnvoyé : jeudi 26 novembre 2026 09:00\r\nÀ : Jan\r\nObjet : Votre plainte\r\n\r\nNous avons reçu\r\n"), check: folded("Lundi.")},
		{name: "reply from an older Outlook", raw: mail("", "Montag.\r\n\r\n-----Ursprüngliche Nachricht-----\r\nVon: Stelle\r\nGesendet: Donnerstag\r\n\r\nWir haben\r\n"), check: folded("Montag.")},
		{name: "reply in HTML", raw: mail("Content-Type: text/html\r\n", `<div>Het was maandag.</div><div class="gmail_quote">Op do schreef K:<blockquote>Wanneer?</blockquote></div>`), check: folded("Het was maandag.")},
		{name: "reply below", raw: mail("", "> Wanneer was het?\r\n\r\nHet was maandag."), check: folded("Het was maandag.")},
		{name: "reply point by point", raw: mail("", "> Wanneer?\r\nMaandag.\r\n> Waar?\r\nIn Gent."), check: func(m *rawmail.Message) string {
			own, _ := rawmail.Fold(m.Text)
			if !strings.Contains(own, "Maandag") || !strings.Contains(own, "> Waar?") || !strings.Contains(own, "Gent") {
				return "parted: " + own
			}
			return ""
		}},
		{name: "nothing but a quote", raw: mail("", "> alleen dit"), check: folded("")},
	}
}

func differ(what, got, want string) string {
	if got != want {
		return fmt.Sprintf("%s = %q, want %q", what, got, want)
	}
	return ""
}
