package rawmail_test

import (
	"strings"

	"klankbord/internal/rawmail"
)

// public is a case of each class of the public sets of mails that is in no other list: charsets of
// Asia, headers in UTF-8, old forms, reports, pictures within the text, fields that are wrong,
// and what is written to hurt whoever shows it.
func public() []kase {
	sender := func(name, email string) func(*rawmail.Message) string {
		return func(m *rawmail.Message) string {
			s, _ := m.Sender()
			return differ("sender", s.Name+" <"+s.Email+">", name+" <"+email+">")
		}
	}
	return []kase{
		{name: "ISO-2022-JP", raw: mail("Content-Type: text/plain; charset=iso-2022-jp\r\n", "\x1b$B$3$s$K$A$O\x1b(B"), text: "こんにちは"},
		{name: "Shift_JIS", raw: mail("Content-Type: text/plain; charset=shift_jis\r\nContent-Transfer-Encoding: base64\r\n", b64("\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd")), text: "こんにちは"},
		{name: "EUC-KR under its old name", raw: mail("Content-Type: text/plain; charset=ks_c_5601-1987\r\n", "\xbe\xc8\xb3\xe7"), text: "안녕"},
		{name: "GB18030", raw: mail("Content-Type: text/plain; charset=gb18030\r\n", "\xc4\xe3\xba\xc3"), text: "你好"},
		{name: "a file with a Japanese name", raw: mixed("\r\nx", "Content-Type: text/plain; name=\"=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQi50eHQ=?=\"\r\nContent-Disposition: attachment\r\n\r\ny"), text: "x", files: []string{"こんにちは.txt"}},
		{name: "a header in UTF-8", raw: "From: Zoë Ménard <zoe@example.org>\r\nSubject: Plainte — très urgent\r\n\r\nBonjour", text: "Bonjour", check: func(m *rawmail.Message) string {
			return sender("Zoë Ménard", "zoe@example.org")(m) + differ("subject", m.Subject, "Plainte — très urgent")
		}},
		{name: "comments and folds in an address", raw: "From: Pete(A nice \\) chap)\r\n <pete(his account)@silly.test(his host)>\r\nTo: A Group:Chris Jones <c@public.example>,joe@where.example;\r\n\r\nx", text: "x", check: func(m *rawmail.Message) string {
			s, _ := m.Sender()
			return differ("sender", s.Email, "pete@silly.test")
		}},
		{name: "an empty group", raw: "From: a@b.example\r\nTo: undisclosed-recipients:;\r\n\r\nx", text: "x", check: func(m *rawmail.Message) string {
			if len(m.To) > 0 {
				return "somebody received it"
			}
			return ""
		}},
		{name: "a date that is none", raw: "From: a@b.example\r\nDate: yesterday, around tea\r\nSubject: s\r\n\r\nx", text: "x", check: func(m *rawmail.Message) string {
			if !m.Date.IsZero() {
				return "it has a date"
			}
			return ""
		}},
		{name: "two senders", raw: "From: a@b.example, c@d.example\r\n\r\nx", text: "x", check: func(m *rawmail.Message) string {
			if len(m.From) != 2 {
				return "not two"
			}
			return ""
		}},
		{name: "fields without a value", raw: "From: a@b.example\r\nCc:\r\nReply-To:\r\nSubject:\r\nIn-Reply-To:\r\nContent-Transfer-Encoding:\r\n\r\nx", text: "x"},
		{name: "a header and nothing else", raw: "From: a@b.example\r\nSubject: alleen dit\r\n", flaw: rawmail.FlawNoText, check: func(m *rawmail.Message) string {
			return differ("subject", m.Subject, "alleen dit")
		}},
		{name: "the kind of text named twice", raw: mail("Content-Type: text/plain\r\nContent-Type: text/html\r\n", "<b>x</b>"), text: "x"},
		{name: "bytes as they are", raw: mixed("\r\nzie", "Content-Type: image/gif; name=p.gif\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: binary\r\n\r\nGIF89a\x00\xff\n\r\x01"), text: "zie", files: []string{"p.gif"}},
		{name: "a picture within the text", raw: mail("Content-Type: multipart/related; boundary=b\r\n", "--b\r\nContent-Type: text/html\r\n\r\n<p>zie <img src=\"cid:p\"></p>\r\n--b\r\nContent-Type: image/png; name=p.png\r\nContent-ID: <p>\r\nContent-Disposition: inline\r\n\r\nPNG\r\n--b--"), text: "zie", files: []string{"p.png"}},
		{name: "named by where it came from", raw: mixed("\r\nx", "Content-Type: text/plain\r\nContent-Location: brief.txt\r\nContent-Disposition: attachment\r\n\r\ny"), text: "x"},
		{name: "an inner mail in an outer one", raw: mixed("\r\nx", "Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\ny\r\n--c\r\nContent-Disposition: attachment; filename=z.txt\r\n\r\nz\r\n--c--"), text: "x", files: []string{"message.eml"}},
		{name: "a report of two addresses", raw: mail("Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
			"--b\r\n\r\nNiet bezorgd.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: delayed\r\nStatus: 4.2.2\r\n\r\nFinal-Recipient: rfc822; c@d.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--"),
			text: "Niet bezorgd.", check: func(m *rawmail.Message) string {
				if !m.Automatic.Bounce || !m.Automatic.Failed {
					return "not told as a failure"
				}
				return ""
			}},
		{name: "HTML that attacks whoever shows it", raw: mail("Content-Type: text/html\r\n", "<p>Beste</p>"+hurtful), text: "Beste", not: "alert(1)"},
		{name: "words that break programs", raw: mail("", naughty), text: "undefined", check: func(m *rawmail.Message) string {
			if strings.ContainsAny(m.Text, "\x00\u202e\u2066") {
				return "a character that is no text is left in it"
			}
			return ""
		}},
	}
}

// hurtful is HTML of the kinds in the public set of attacks by HTML.
const hurtful = `<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)><math><maction actiontype="statusline#" xlink:href="javascript:alert(1)">x</maction></math>` +
	`<style>@import'javascript:alert(1)';</style><iframe srcdoc="<script>alert(1)</script>"></iframe><form action=javascript:alert(1)><input type=submit></form><!--<img src="--><img src=x onerror=alert(1)//">`

// naughty is of the kinds in the public list of strings that break programs.
const naughty = "undefined\r\nnull\r\nNaN\r\n1/0\r\n' OR 1=1 --\r\n$(touch /tmp/x)\r\n{{7*7}}\r\n=cmd|' /C calc'!A0\r\n../../etc/passwd\u202e\u2066\r\nZ͑ͫ̓ͪ̂a̴̵̜̰͔lgo\r\n👩‍👩‍👧‍👦 🏳️‍🌈\r\nالكل في المجمو عة"
