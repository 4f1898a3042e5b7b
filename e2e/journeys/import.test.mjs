// A mailbox that lay elsewhere before comes onto the desk by a command: shown first, then done,
// once. A member finds the cases and reads them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binary } from '../lib/server.mjs';
import { openHouse } from './house.mjs';
import { atTheDesk, choosesLanguage, listed } from './member.mjs';

const mail = (n, subject, text) => [
  `From jan@example.org Mon Mar  1 08:0${n}:00 2021`, 'From: Jan Maes <jan@example.org>', 'To: klachten@desk.example', `Subject: ${subject}`,
  `Date: Mon, 1 Mar 2021 08:0${n}:00 +0000`, `Message-ID: <old-${n}@example.org>`, 'Content-Type: text/plain; charset=utf-8', '', text, '', '',
].join('\n');

test('an old mailbox becomes cases', { timeout: 4 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const folder = mkdtempSync(path.join(tmpdir(), 'klankbord-import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const box = path.join(folder, 'klachten.mbox');
  writeFileSync(box, mail(1, 'Het attest van 2020', 'Ik wacht nog altijd op mijn attest van vorig jaar.') + mail(2, 'Een onbeleefd antwoord', 'Aan de telefoon kreeg ik een onbeleefd antwoord.'));
  const imports = (...more) =>
    execFileSync(binary(), ['import', 'mbox', box, '--state', house.state, '--route', 'general', '--own', 'klachten@desk.example', ...more], { encoding: 'utf8' });
  const sofie = await atTheDesk(t, house, 'sofie', { js: false });
  const found = async () => (await listed(sofie)).filter((s) => ['Het attest van 2020', 'Een onbeleefd antwoord'].some((x) => s.includes(x)));

  imports();
  assert.deepEqual(await found(), [], 'what is only shown changes nothing');
  imports('--yes');
  imports('--yes');
  assert.equal((await found()).length, 2, 'each once');
  await choosesLanguage(sofie, house.members.sofie, 'fr');
  await sofie.opens('/desk?view=all');
  await sofie.leadsTo(() => sofie.page.locator('main tbody tr th[scope=row] a').filter({ hasText: 'Het attest van 2020' }).first().click());
  await sofie.reads('Ik wacht nog altijd op mijn attest van vorig jaar.');
});
