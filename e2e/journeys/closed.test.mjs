// A fresh instance: what people see until somebody can read their complaint.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openFreshHouse } from './house.mjs';
import { someone } from './person.mjs';
import { languages, teamName } from './words.mjs';
import { integrity, sends, writesInShort } from './complaint.mjs';
import { oneTimePassword } from './member.mjs';

test('the form opens when its team has somebody', { timeout: 5 * 60_000 }, async (t) => {
  const house = await openFreshHouse(t, { init: ['--open-at-once'] });

  for (const lang of languages) {
    await t.test(`nobody is there yet (${lang}, no scripts)`, async (t) => {
      const ingrid = await someone(t, house, { lang, js: false });
      await ingrid.opens(`/${lang}/`);
      await ingrid.reads(ingrid.say('public.closed.nobody'), ingrid.say('public.emergency.title'), '112', '+32 2 340 09 22');
      assert.equal(await ingrid.page.getByRole('link', { name: ingrid.say('public.start') }).count(), 0);
      for (const address of ['complaint', 'complaint/topics', 'complaint/story']) {
        await ingrid.opens(`/${lang}/${address}`, { status: 503 });
        assert.equal(await ingrid.heading(), ingrid.say('public.closed.title'));
        await ingrid.reads(ingrid.say('public.closed.nobody'), ingrid.say('common.other-ways'), '112');
      }
      const other = languages[(languages.indexOf(lang) + 1) % languages.length];
      await ingrid.leadsTo(() => ingrid.page.locator(`.langs a[lang=${other}]`).click(), { status: 503 });
      ingrid.speaks(other);
      await ingrid.reads(ingrid.say('public.closed.nobody'));
    });
  }

  await t.test('with the first member of the Complaints team its routes open', async (t) => {
    await enrols(t, house);
    const ingrid = await someone(t, house, { lang: 'nl', js: false });
    await ingrid.opens('/nl/');
    await ingrid.reads(ingrid.say('public.closed.team', { team: teamName('nl', 'supporters-service') }));
    await ingrid.follows(ingrid.say('public.start'));
    await ingrid.fills({ topics: ['question'] });
    await ingrid.presses(ingrid.say('common.continue'), { status: 503 });
    await ingrid.reads(ingrid.say('public.closed.kept'), ingrid.say('error.form-closed'));
    assert.deepEqual(await ingrid.chosen('topics'), ['question'], 'what was ticked stays ticked');
    await writesInShort(ingrid, integrity('nl'));
    await sends(ingrid);
    assert.equal(await ingrid.heading(), ingrid.say('public.receipt.title'));
  });
});

// enrols lets the first member in by the link that was printed when the instance was
// made.
async function enrols(t, house) {
  const nele = await someone(t, house, { lang: 'en' });
  await nele.opens(house.enrol);
  await nele.page.locator('input[name=password]').fill('five words make a sentence');
  await nele.presses(nele.say('common.continue'));
  const secret = (await nele.page.locator('.code').first().textContent()).replace(/\s/g, '');
  await nele.fills({ code: oneTimePassword(secret, Math.floor(Date.now() / 30_000)) });
  await nele.presses(nele.say('desk.factor.confirm'));
  assert.equal(await nele.heading(), nele.say('desk.recovery.title'));
}
