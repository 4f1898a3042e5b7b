// Sending happens once, whatever goes wrong on the way, and the code is not lost.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { openHouse, inEveryWay } from './house.mjs';
import { someone } from './person.mjs';
import { answers, complainsInShort, general, receipt, sends, shownCode, writesInShort, writesUpTo } from './complaint.mjs';

test('people send, and keep their code', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  await inEveryWay(t, 'the answer to sending is lost, and sending again shows the same receipt', async (t, way) => {
    const ingrid = await someone(t, house, way);
    await writesInShort(ingrid, general(way.lang));
    const tab = await ingrid.opensATab();
    await tab.opens(`/${way.lang}/complaint/check`);

    let arrived;
    await ingrid.page.route('**/complaint/check', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      arrived = (await route.fetch({ maxRedirects: 0 })).status();
      return route.abort('connectionreset');
    });
    await Promise.all([
      ingrid.page.waitForEvent('requestfailed'),
      ingrid.page.getByRole('button', { name: ingrid.say('form.check.send'), exact: true }).click(),
    ]);
    assert.equal(arrived, 303, 'the complaint reached the server');
    ingrid.context.complaints.splice(0); // the browser says that the connection broke
    await ingrid.page.unroute('**/complaint/check');

    const again = await sends(tab);
    await ingrid.opens(`/${way.lang}/complaint/check`);
    assert.deepEqual(await receipt(ingrid), again);
  });

  await inEveryWay(t, 'a double click, the back button and two tabs send one complaint', async (t, way) => {
    const ingrid = await someone(t, house, way);
    await writesInShort(ingrid, general(way.lang));
    const tab = await ingrid.opensATab();
    await tab.opens(`/${way.lang}/complaint/check`);

    await ingrid.page.getByRole('button', { name: ingrid.say('form.check.send'), exact: true }).dblclick();
    await ingrid.page.waitForURL((url) => url.pathname === `/${way.lang}/receipt`);
    await ingrid.inspects();
    const first = await receipt(ingrid);
    assert.deepEqual(await sends(tab), first);
    await ingrid.goesBack();
    assert.deepEqual(await receipt(ingrid), first);
    await ingrid.opens(`/${way.lang}/complaint/story`);
    assert.deepEqual(await receipt(ingrid), first);
  });

  await inEveryWay(t, 'the receipt can be saved and printed, and shows the code until it is kept', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const { number, code } = await complainsInShort(ingrid, general(way.lang));
    await ingrid.reads(ingrid.say('public.receipt.title'), ingrid.say('public.receipt.keep'));

    const [saved] = await Promise.all([
      ingrid.page.waitForEvent('download'),
      ingrid.page.getByRole('link', { name: ingrid.say('public.receipt.save'), exact: true }).click(),
    ]);
    assert.equal(saved.suggestedFilename(), `${number}.txt`);
    const text = await readFile(await saved.path(), 'utf8');
    assert.ok(text.includes(number) && text.includes(code) && text.includes(`/${way.lang}/mailbox`), text);

    await ingrid.follows(ingrid.say('public.receipt.print'));
    await ingrid.page.emulateMedia({ media: 'print' });
    assert.equal(await shownCode(ingrid), code);
    assert.ok(await ingrid.page.locator('#code').isVisible());
    assert.ok(!(await ingrid.page.locator('footer').isVisible()), 'the sheet holds nothing but the receipt');
    await ingrid.page.emulateMedia({ media: 'screen' });
    await ingrid.goesBack();

    await ingrid.presses(ingrid.say('public.receipt.finish'), { status: 422 });
    await ingrid.isTold('kept', ingrid.say('public.receipt.not-kept'));
    assert.deepEqual(await receipt(ingrid), { number, code });
    await ingrid.fills({ kept: 'yes' });
    await ingrid.presses(ingrid.say('public.receipt.finish'));
    assert.equal(await ingrid.heading(), ingrid.say('public.kept.title'));
    await ingrid.misses(number, code);
    await ingrid.opens(`/${way.lang}/receipt`);
    await ingrid.misses(code);
    assert.equal(await ingrid.heading(), ingrid.say('public.gone.title'));
  });

  await inEveryWay(t, 'a complaint is kept for later and finished in another browser', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const mine = general(way.lang);
    await writesUpTo(ingrid, 'story', mine);
    await ingrid.fills(mine);
    await ingrid.presses(ingrid.say('common.save-and-return'));
    assert.equal(await ingrid.heading(), ingrid.say('form.keep.title'));
    const code = await shownCode(ingrid);

    const elsewhere = await someone(t, house, way);
    await elsewhere.opens(`/${way.lang}/`);
    await elsewhere.follows(elsewhere.say('public.have-resume'));
    const wrong = code.replace(/.$/, (c) => (c === 'X' ? 'Y' : 'X'));
    await elsewhere.fills({ code: wrong });
    await elsewhere.presses(elsewhere.say('form.resume.continue'), { status: 422 });
    await elsewhere.isTold('code', elsewhere.say('form.resume.typo'));
    assert.equal(await elsewhere.value('code'), wrong);
    await elsewhere.fills({ code: ` ${code.toLowerCase().replaceAll('-', ' ')} ` });
    await elsewhere.presses(elsewhere.say('form.resume.continue'));
    assert.equal(elsewhere.step, 'when', 'the story was told, so the next question comes');
    await answers(elsewhere, { ...mine, story: 'must not be asked again' });
    await elsewhere.reads(mine.story, mine.summary);
    const sent = await sends(elsewhere);

    await ingrid.opens(`/${way.lang}/complaint/check`);
    await ingrid.misses(ingrid.say('form.check.nothing-sent'), mine.story, sent.code);
    assert.equal(await ingrid.heading(), ingrid.say('form.expired.title'));
  });
});
