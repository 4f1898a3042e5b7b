// A complaint by e-mail: through a real mail server into the desk, answered there, answered
// again by e-mail, and closed. Nobody needs scripts for it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openHouse } from './house.mjs';
import { someone } from './person.mjs';
import { enters, shownCode } from './complaint.mjs';
import { atTheDesk, opensCase, tells } from './member.mjs';

const needs = (name) => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; tools/test.sh starts the mail server and sets it`);
  return value;
};

// delivers hands a mail to the mail server, as another mail server does.
async function delivers(to, lines) {
  const [host, port] = needs('KLANKBORD_TEST_SMTP').split(':');
  const socket = createConnection({ host, port: Number(port) });
  const answers = socket.setEncoding('utf8')[Symbol.asyncIterator]();
  let rest = '';
  const answer = async () => {
    for (;;) {
      const end = rest.match(/^\d{3} .*\r\n/m);
      if (end) {
        const said = rest.slice(0, end.index + end[0].length);
        rest = rest.slice(said.length);
        return said;
      }
      const { value, done } = await answers.next();
      assert.ok(!done, 'the mail server hung up');
      rest += value;
    }
  };
  const says = async (line, code) => {
    if (line) socket.write(`${line}\r\n`);
    const said = await answer();
    assert.match(said, new RegExp(`^${code}`, 'm'), `${line ?? 'greeting'}: ${said}`);
  };
  await says(null, 220);
  await says('EHLO example.org', 250);
  await says('MAIL FROM:<ingrid@example.org>', 250);
  await says(`RCPT TO:<${to}>`, 250);
  await says('DATA', 354);
  await says([...lines, '.'].join('\r\n'), 250);
  await says('QUIT', 221);
  socket.destroy();
}

// caught waits for a mail of ours that holds something, and returns its page.
async function caught(house, found) {
  for (let tries = 0; tries < 150; tries++) {
    const list = await (await fetch(`${house.url}/en/demo/mail`)).text();
    for (const [, id] of list.matchAll(/\/en\/demo\/mail\/([0-9a-z]+)"/g)) {
      const page = (await (await fetch(`${house.url}/en/demo/mail/${id}`)).text()).replaceAll('&#43;', '+');
      const is = found(page);
      if (is) return is;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the mail did not come');
}

const about = (page, ...parts) => page.includes('ingrid@example.org') && parts.every((p) => page.includes(p));

test('a complaint by e-mail', { timeout: 5 * 60_000 }, async (t) => {
  const box = `box-${randomBytes(5).toString('hex')}@example.test`;
  const folder = mkdtempSync(path.join(tmpdir(), 'klankbord-mail-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const password = path.join(folder, 'password');
  writeFileSync(password, 'klankbord\n', { mode: 0o600 });
  const query = new URLSearchParams({ route: 'general', every: '10s', 'password-file': password, 'ca-file': needs('KLANKBORD_TEST_SMTP_CA') });
  const mailbox = `imap://${box.replace('@', '%40')}@${needs('KLANKBORD_TEST_IMAP')}/INBOX?${query}`;
  const house = await openHouse(t, { args: ['--mailbox', mailbox, '--mail-reply', box] });
  const write = (id, text, ...more) => [
    'From: Ingrid Claes <ingrid@example.org>', `To: ${box}`, 'Date: Thu, 26 Nov 2026 09:00:00 +0000', `Message-ID: <${id}-${box}>`,
    'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', ...more, '', ...text,
  ];

  await delivers(box, write('first', ['Beste,', '', 'Ik wacht al zes weken op mijn fiscaal attest en niemand belt mij terug.', '', 'Ingrid Claes'], 'Subject: Waar blijft mijn attest'));
  const received = await caught(house, (page) => about(page, '/nl/confirm/') && page);
  const number = received.match(/KB-[0-9A-Z]{4}-[0-9A-Z]{2}/)?.[0] ?? received.match(/KB-[0-9A-Z-]+/)[0];
  const replyTo = received.match(/box-[0-9a-f]+\+t-[0-9a-f]{32}@example\.test/)?.[0];
  assert.ok(replyTo, 'our mail says where an answer goes');

  const sofie = await atTheDesk(t, house, 'sofie', { js: false });
  await opensCase(sofie, { number, summary: 'Waar blijft mijn attest' });
  await sofie.reads('Ik wacht al zes weken op mijn fiscaal attest');
  await tells(sofie, 'message', 'Wij vonden uw attest en sturen het vandaag.');

  await delivers(box, write('second', ['Dank u. Het bedrag op het attest klopt niet.', '', 'Op 26 november schreef Klankbord:', '> Er is een nieuw bericht.'], 'Subject: Re: uw bericht', `To: ${replyTo}`).filter((l) => l !== `To: ${box}`));
  for (let tries = 0; ; tries++) {
    await sofie.opens(`/desk/case/${number}`);
    if ((await sofie.page.locator('main').innerText()).includes('Het bedrag op het attest klopt niet.')) break;
    assert.ok(tries < 60, 'the answer came into the case');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await sofie.reads(sofie.say('mailin.by-mail'));

  const ingrid = await someone(t, house, { lang: 'nl', js: false });
  await ingrid.opens(received.match(/\/nl\/confirm\/[A-Za-z0-9_-]{43}/)[0]);
  await ingrid.presses(ingrid.say('mailbox.confirm.button'));
  await ingrid.opens(await caught(house, (page) => about(page, number) && page.match(/\/nl\/code\/[A-Za-z0-9_-]{43}/)?.[0]));
  await ingrid.presses(ingrid.say('mailbox.code.first-draw'));
  const code = await shownCode(ingrid);
  await ingrid.fills({ kept: 'yes' });
  await ingrid.presses(ingrid.say('mailbox.code.finish'));
  await enters(ingrid, { code, number });
  await ingrid.reads('Wij vonden uw attest en sturen het vandaag.', 'Het bedrag op het attest klopt niet.');

  await sofie.opens(`/desk/case/${number}/close`);
  await sofie.fills({ outcome: 'upheld', feedback: 'U krijgt een verbeterd attest.', why: 'Het eerste was verkeerd.' });
  await sofie.presses(sofie.say('desk.compose.check'));
  await sofie.presses(sofie.say('desk.check.send-outcome'));
  await sofie.reads(sofie.say('desk.done.outcome'));
  await ingrid.opens('/nl/mailbox/case');
  await ingrid.reads('U krijgt een verbeterd attest.');
});
