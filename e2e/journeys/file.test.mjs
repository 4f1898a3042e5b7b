// What a member learns of a file before it is opened: what a real scanner found in it, and
// that a photo comes as a copy that does not tell where it was taken.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { inTwoWays, openHouse } from './house.mjs';
import { someone } from './person.mjs';
import { answers, file, general, sends, writesUpTo } from './complaint.mjs';
import { atTheDesk } from './member.mjs';

// harmful is the one signature of the scanner of the tests.
const harmful = 'KLANKBORD-TEST-SIGNATURE-7q4m9x';
const place = 'Wetstraat 16, Brussel';

function chunk(name, body) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from(body)]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(named.length - 4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

// photo is a picture of one point that tells where it was taken.
function photo() {
  const point = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  return Buffer.concat([point.subarray(0, 33), chunk('tEXt', `Comment\0${place}`), point.subarray(33)]);
}

// takes presses a link that gives a file, and reads what came.
async function takes(member, words) {
  const [download] = await Promise.all([member.page.waitForEvent('download'), member.page.getByRole('link', { name: words }).first().click()]);
  return readFile(await download.path());
}

test('what is known of a file before it is opened', { timeout: 4 * 60_000 }, async (t) => {
  const scanner = process.env.KLANKBORD_TEST_CLAMD;
  assert.ok(scanner, 'KLANKBORD_TEST_CLAMD is not set; tools/test.sh starts the scanner and sets it');
  const house = await openHouse(t, { args: ['--scanner', `unix:${scanner}`] });
  await inTwoWays(t, 'a dangerous file, and a photo', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const given = general(way.lang);
    await writesUpTo(ingrid, 'files', given);
    await answers(ingrid, given, {
      files: [file('invoice.txt', `x${harmful}`), { name: 'door.png', mimeType: 'image/png', buffer: photo() }],
    });
    await ingrid.misses('Klankbord.Test', ingrid.say('file.harmful-tag'));
    const { number } = await sends(ingrid);

    const sofie = await atTheDesk(t, house, 'sofie', way);
    const at = `/desk/case/${number}`;
    await sofie.opens(at);
    await sofie.reads(sofie.say('file.harmful-tag'), 'invoice.txt', 'door.png');
    await sofie.leadsTo(() => sofie.page.getByRole('link', { name: 'invoice.txt' }).first().click());
    await sofie.reads(sofie.say('file.harmful', { name: 'Klankbord.Test-1.UNOFFICIAL' }), sofie.say('file.harmful-what'));
    assert.equal(String(await takes(sofie, sofie.say('file.anyway'))), `x${harmful}`);

    await sofie.opens(at);
    await sofie.leadsTo(() => sofie.page.getByRole('link', { name: 'door.png' }).first().click());
    await sofie.reads(sofie.say('file.scan-clean'), sofie.say('file.copy-what'));
    const copy = await takes(sofie, sofie.say('file.copy'));
    assert.ok(!copy.includes(place) && copy.length > 60, 'the copy does not tell where it was taken');
    assert.deepEqual(await takes(sofie, sofie.say('file.original')), photo());
  });
});
