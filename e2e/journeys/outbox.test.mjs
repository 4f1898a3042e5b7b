// The server that takes our mail is away, then refuses, then is back: a member sees which
// mails wait and why, which were given up, and sends those again. The server behind it is a
// real one; only its faults are made here.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createConnection, createServer } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import { binary, startServer } from '../lib/server.mjs';
import { openHouse } from './house.mjs';
import { someone } from './person.mjs';
import { general, sends, writesUpTo } from './complaint.mjs';
import { atTheDesk, choosesLanguage } from './member.mjs';

const needs = (name) => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; tools/test.sh starts the mail server and sets it`);
  return value;
};

// gate stands before the mail server: it hangs up, refuses every address, or lets everything
// through.
function gate(t) {
  const [host, port] = needs('KLANKBORD_TEST_SMTP').split(':');
  const it = { mode: 'away' };
  const server = createServer((from) => {
    from.on('error', () => {});
    if (it.mode === 'away') return from.destroy();
    if (it.mode === 'refuses') return refuses(from);
    const to = createConnection({ host, port: Number(port) });
    to.on('error', () => from.destroy());
    from.pipe(to).pipe(from);
    return undefined;
  });
  t.after(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(Object.assign(it, { address: `127.0.0.1:${server.address().port}` })));
  });
}

// refuses speaks SMTP up to the address, over TLS with the certificate of the server behind.
function refuses(socket) {
  const folder = path.dirname(needs('KLANKBORD_TEST_SMTP_CA'));
  const identity = { cert: readFileSync(path.join(folder, 'cert.pem')), key: readFileSync(path.join(folder, 'key.pem')) };
  const talk = (line, secure) => {
    line.on('error', () => {});
    line.on('data', (said) => {
      const word = said.toString().slice(0, 4).toUpperCase();
      if (word === 'EHLO') line.write(secure ? '250 localhost\r\n' : '250-localhost\r\n250 STARTTLS\r\n');
      else if (word === 'STAR') {
        line.removeAllListeners('data');
        line.write('220 go on\r\n');
        talk(new TLSSocket(socket, { isServer: true, ...identity }), true);
      } else if (word === 'RCPT') line.write('550 5.7.1 not this one\r\n');
      else if (word === 'QUIT') line.end('221 bye\r\n');
      else line.write('250 ok\r\n');
    });
  };
  talk(socket, false);
  socket.write('220 localhost ESMTP\r\n');
}

// arrived is what the mail server delivered to an address.
function arrived(address) {
  const box = path.join(needs('KLANKBORD_TEST_MAILDIR'), address, 'new');
  try {
    return readdirSync(box).map((name) => readFileSync(path.join(box, name), 'utf8'));
  } catch {
    return [];
  }
}

async function until(what, done, tries = 120) {
  for (let n = 0; n < tries; n++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail(`${what} did not happen`);
}

test('mail that does not leave', { timeout: 5 * 60_000 }, async (t) => {
  const server = await gate(t);
  const demo = await openHouse(t);
  await demo.stop({ keep: true });
  const outgoing = ['--smtp-server', server.address, '--smtp-ca-file', needs('KLANKBORD_TEST_SMTP_CA'), '--mail-from', 'klankbord@example.test'];
  const house = { ...demo, ...(await startServer(t, { program: [binary(), 'serve'], state: demo.state, args: outgoing })) };
  const sofie = await atTheDesk(t, house, 'sofie', { js: false });
  const mails = (id) => sofie.page.locator(`#${id}`).innerText();
  const complains = async (email) => {
    const ingrid = await someone(t, house, { lang: 'nl', js: false });
    await writesUpTo(ingrid, 'check', general('nl', { email }));
    return (await sends(ingrid)).number;
  };

  const first = `ingrid-${process.pid}@example.test`;
  const waits = await complains(first);
  await until('a mail waits with what the server did', async () => {
    await sofie.opens('/desk/outbox');
    const text = await mails('waiting');
    return text.includes(waits) && text.includes(sofie.say('outbox.server-away'));
  });
  await sofie.misses(first, 'ingrid');
  server.mode = 'passes';
  await until('the mail goes by itself', () => arrived(first).some((m) => m.includes(waits)), 200);

  server.mode = 'refuses';
  const second = `tom-${process.pid}@example.test`;
  const given = await complains(second);
  await until('a refused mail is given up', async () => {
    await sofie.opens('/desk/outbox');
    return (await sofie.page.locator('#dead').count()) === 1 && (await mails('dead')).includes(given);
  });
  await sofie.reads(sofie.say('outbox.server-refused', { code: '550' }));
  await sofie.opens('/desk/tasks');
  await choosesLanguage(sofie, house.members.sofie, 'de');
  await sofie.opens('/desk/outbox');
  await sofie.reads(sofie.say('outbox.server-refused', { code: '550' }), sofie.say('outbox.why.dead'));
  await sofie.presses(sofie.say('outbox.again'), { status: 422 });
  server.mode = 'passes';
  for (const row of await sofie.page.locator('#dead tbody tr').filter({ hasText: given }).all()) await row.locator('input[type=checkbox]').first().check();
  await sofie.presses(sofie.say('outbox.again'));
  await sofie.reads(sofie.say('outbox.done-again'));
  await until('what is sent again arrives', () => arrived(second).some((m) => m.includes(given)));
  await until('the page says so', async () => {
    await sofie.opens('/desk/outbox');
    return (await mails('sent')).includes(given);
  });
  assert.equal(arrived(first).filter((m) => m.includes(waits)).length, new Set(arrived(first).map((m) => m.match(/^Message-ID: (.*)$/im)[1])).size, 'nothing arrives twice');
});
