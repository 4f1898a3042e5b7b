// A member takes the form to people: a poster and cards on paper, a link for a site. Whoever
// follows the address comes to the right topic in the right language, and leaves no trace by
// looking.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { openHouse, inTwoWays, ways } from './house.mjs';
import { someone } from './person.mjs';
import { atTheDesk } from './member.mjs';

// holds reports whether a PDF says something: in its structure words stand as UTF-16.
function holds(pdf, words) {
  const bytes = Buffer.from(words, 'utf16le').swap16();
  for (let at = pdf.indexOf('stream'); at >= 0; at = pdf.indexOf('stream', at + 6)) {
    const from = at + 6 + (pdf[at + 6] === 13 ? 2 : 1);
    try {
      if (inflateSync(pdf.subarray(from), { finishFlush: 2 }).includes(bytes)) return true;
    } catch { /* endstream, or what is not compressed */ }
  }
  return pdf.includes(bytes);
}

test('posters, cards and links', { timeout: 5 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const sofie = await atTheDesk(t, house, 'sofie', { js: false });

  await inTwoWays(t, 'an address leads to its topic in its language', async (t, way) => {
    await sofie.opens('/desk/posters');
    await sofie.fills({ written: way.lang, topic: 'corruption', office: 'Kantoor Namen', place: 'Chaussée de Namur 12' });
    await sofie.presses(sofie.say('poster.show'));
    const address = await sofie.page.locator('section a[translate=no]').getAttribute('href');
    assert.equal(new URL(address).pathname, `/${way.lang}/topic/corruption`);
    for (const name of ['poster.poster', 'poster.cards']) {
      const href = await sofie.page.getByRole('link', { name: sofie.say(name), exact: true }).getAttribute('href');
      const pdf = await (await sofie.context.request.get(house.url + href)).body();
      assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
      assert.ok(holds(pdf, address), `${name} holds the address`);
      assert.ok(!holds(pdf, `${address}?`), 'and nothing behind it');
    }
    for (const id of ['copy-link', 'copy-button']) {
      const snippet = await sofie.page.locator(`#${id}`).inputValue();
      assert.equal(snippet.match(/href="([^"]+)"/)[1], address);
      assert.doesNotMatch(snippet, /<script|onclick|<img|<iframe/i);
    }

    const ingrid = await someone(t, house, way);
    await ingrid.opens(new URL(address).pathname);
    assert.equal(await ingrid.page.locator('html').getAttribute('lang'), way.lang);
    assert.deepEqual(await ingrid.chosen('topics'), ['corruption']);
    const other = ways.find((w) => w.lang !== way.lang).lang;
    await ingrid.switchesTo(other);
    assert.deepEqual(await ingrid.chosen('topics'), ['corruption']);
    assert.deepEqual(await ingrid.cookies(), [], 'looking keeps nothing');
    await ingrid.presses(ingrid.say('common.continue'));
    assert.notEqual(ingrid.at, `/${other}/topic/corruption`);
    assert.ok((await ingrid.cookies()).length > 0, 'what was sent is kept');
  });
});
