// Somebody calls: a member writes down what they tell, and hands over a code. The person
// reads the minutes on a telephone and corrects them; the member sees it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { shownCode } from './complaint.mjs';
import { atTheDesk } from './member.mjs';

const call = (lang) => {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Brussels' }).format(new Date(Date.now() - 86_400_000)).split('-');
  return {
    'told.channel': 'phone', 'told.on.day': day, 'told.on.month': month, 'told.on.year': year, 'told.written': lang,
    topics: ['communication'], story: 'The letter of March 3 said another amount than the one of March 9.', last_name: 'Dubois',
    phone: '0470 12 34 56', language: lang,
  };
};

test('told by phone', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t, { args: ['--max-file-mb', '3'] });
  const sofie = await atTheDesk(t, house, 'sofie', { js: false });
  const { password } = house.members.sofie;

  await inTwoWays(t, 'a call is registered, its minutes are corrected', async (t, way) => {
    await sofie.opens('/desk');
    await sofie.follows(sofie.say('told.link'));
    await sofie.fills(call(way.lang));
    await sofie.presses(sofie.say('told.check'));
    await sofie.reads(sofie.say('told.note-more'));
    await sofie.presses(sofie.say('told.check'), { status: 422 });
    await sofie.isTold('told.consent', sofie.say('told.consent-missing'));
    assert.equal(await sofie.value('last_name'), 'Dubois');
    await sofie.fills({ 'told.consent': 'none' });
    await sofie.presses(sofie.say('told.check'));
    await sofie.reads(sofie.say('told.check-lead'), 'Dubois', sofie.say('told.then-minutes'));
    await sofie.presses(sofie.say('told.register'));
    await sofie.reads(sofie.say('desk.done.registered'), sofie.say('told.event-minutes'));
    const at = sofie.at;

    await sofie.opens(`${at}/code/person`);
    await sofie.fills({ why: 'Voorgelezen aan de telefoon', password });
    await sofie.presses(sofie.say('desk.code.hand'));
    const handed = await shownCode(sofie);
    const letter = await sofie.context.request.get(`${house.url}${at}/code/handed.pdf`);
    assert.equal((await letter.body()).subarray(0, 5).toString(), '%PDF-');
    await sofie.presses(sofie.say('desk.code.given'));
    await sofie.misses(handed);

    const ingrid = await someone(t, house, { ...way, viewport: { width: 320, height: 640 } });
    await ingrid.opens(`/${way.lang}/mailbox`);
    await ingrid.fills({ code: handed });
    await ingrid.presses(ingrid.say('mailbox.enter.button'));
    await ingrid.presses(ingrid.say('mailbox.code.draw'));
    await ingrid.fills({ kept: 'yes' });
    await ingrid.presses(ingrid.say('mailbox.own.finish'));
    await ingrid.leadsTo(() => ingrid.page.locator('main a[href*="/mailbox/slip/"]').first().click());
    await ingrid.reads('another amount', ingrid.say('slip.act-corrected'));
    await ingrid.fills({ way: 'corrected', text: 'The first letter was of March 4.' });
    await ingrid.presses(ingrid.say('slip.send-minutes'));

    await sofie.opens(at);
    await sofie.reads('The first letter was of March 4.');
  });

  await t.test('a recording goes on where the network broke; what is too large is taken out', async (t) => {
    const member = await atTheDesk(t, house, 'karim', { lang: 'nl', js: true });
    const folder = await mkdtemp(path.join(tmpdir(), 'opname-')); // chosen again it must be the same file
    t.after(() => rm(folder, { recursive: true }));
    const recording = path.join(folder, 'gesprek.wav');
    await writeFile(recording, wav(2_000_000));
    await member.opens('/desk/register');
    await member.fills({ ...call('nl'), 'told.consent': 'yes' });
    await member.presses(member.say('told.save'));
    const place = member.page.locator('input[name="told.recording"]');
    const save = member.page.getByRole('button', { name: member.say('told.save'), exact: true }).last();

    const offsets = [];
    await member.page.route('**/register/upload/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      offsets.push(Number(route.request().headers()['upload-offset']));
      return offsets.length === 1 ? route.continue() : route.abort('connectionreset');
    });
    await place.setInputFiles(recording);
    await save.click();
    await member.page.getByText(member.say('form.upload-waiting', { name: 'gesprek.wav' })).waitFor();
    await member.page.unroute('**/register/upload/*');
    member.context.complaints.splice(0); // the browser says that the connection broke
    await member.opens('/desk/register');
    assert.equal(await member.value('last_name'), 'Dubois');
    await place.setInputFiles(recording);
    const [next] = await Promise.all([
      member.page.waitForRequest((r) => r.method() === 'PATCH'),
      member.leadsTo(() => save.click()),
    ]);
    assert.ok(Number(next.headers()['upload-offset']) >= offsets[1], 'no byte that arrived is sent again');
    await member.reads(member.say('told.note-saved'), 'gesprek.wav');

    await member.page.locator('input[name="files"]').setInputFiles([
      { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(4_000_000) }, { name: 'brief.txt', mimeType: 'text/plain', buffer: Buffer.from('de brief') },
    ]);
    await save.click();
    const line = member.page.locator('[role=status] li').filter({ hasText: 'film.mp4' });
    await line.filter({ hasText: '3 MB' }).waitFor();
    member.context.complaints.splice(0); // the browser says that it was refused
    await line.getByRole('button').click();
    assert.equal(await line.count(), 0);
    await member.leadsTo(() => save.click());
    await member.reads('brief.txt', 'gesprek.wav');
    await member.misses('film.mp4');

    await member.presses(member.say('told.check'));
    await member.reads(member.say('told.check-lead'), 'gesprek.wav');
    await member.presses(member.say('told.register'));
    await member.leadsTo(() => member.page.locator('main a[href*="/look/"]').filter({ hasText: 'gesprek.wav' }).first().click());
    await member.page.locator('audio').waitFor();
  });
});

// wav is silence of so many bytes, as a phone keeps it.
function wav(size) {
  const b = Buffer.alloc(44 + size);
  b.write('RIFF', 0);
  b.writeUInt32LE(36 + size, 4);
  b.write('WAVEfmt ', 8);
  b.writeUInt32LE(16, 16);
  b.writeUInt16LE(1, 20);
  b.writeUInt16LE(1, 22);
  b.writeUInt32LE(8000, 24);
  b.writeUInt32LE(16000, 28);
  b.writeUInt16LE(2, 32);
  b.writeUInt16LE(16, 34);
  b.write('data', 36);
  b.writeUInt32LE(size, 40);
  return b;
}
