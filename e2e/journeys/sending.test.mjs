// Sending happens once, whatever goes wrong on the way, and the code is not lost.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { addedFiles, answers, choosesFiles, complainsInShort, general, integrity, receipt, sends, shownCode, writesInShort, writesUpTo } from './complaint.mjs';

test('people send, and keep their code', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  await inTwoWays(t, 'the answer to sending is lost, and sending again shows the same receipt', async (t, way) => {
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

  await inTwoWays(t, 'a double click, the back button and two tabs send one complaint', async (t, way) => {
    const ingrid = await someone(t, house, way);
    await writesInShort(ingrid, general(way.lang));
    const tab = await ingrid.opensATab();
    await tab.opens(`/${way.lang}/complaint/check`);

    await ingrid.page.getByRole('button', { name: ingrid.say('form.check.send'), exact: true }).dblclick();
    const arrives = () => ingrid.page.waitForURL((url) => url.pathname === `/${way.lang}/receipt`);
    await arrives().catch(arrives); // the second click breaks off the way to which the first one led
    await ingrid.inspects();
    const first = await receipt(ingrid);
    assert.deepEqual(await sends(tab), first);
    await ingrid.goesBack();
    assert.deepEqual(await receipt(ingrid), first);
    await ingrid.opens(`/${way.lang}/complaint/story`);
    assert.deepEqual(await receipt(ingrid), first);
  });

  await inTwoWays(t, 'the receipt can be saved and printed, and shows the code until it is kept', async (t, way) => {
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

  await inTwoWays(t, 'a complaint is kept for later and finished in another browser', async (t, way) => {
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

  await t.test('a file goes on where the network broke, also after the page was opened again', async (t) => {
    const ingrid = await someone(t, house, { lang: 'nl', js: true });
    const given = integrity('nl');
    await writesUpTo(ingrid, 'files', given);
    const folder = await mkdtemp(join(tmpdir(), 'film-')); // chosen again it must be the same file
    t.after(() => rm(folder, { recursive: true }));
    const film = join(folder, 'filmpje.mp4');
    await writeFile(film, 'beeld'.repeat(400_000));
    const offsets = [];
    let broken = 0;
    await ingrid.page.route('**/upload/complaint/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      offsets.push(Number(route.request().headers()['upload-offset']));
      if (offsets.length === 1) return route.continue();
      broken += 1;
      return route.abort('connectionreset');
    });
    await choosesFiles(ingrid, [film]);
    await ingrid.page.getByRole('button', { name: ingrid.say('common.add-files'), exact: true }).click();
    await ingrid.page.getByText(ingrid.say('form.upload-waiting', { name: 'filmpje.mp4' })).waitFor();
    assert.ok(broken > 0 && offsets[1] > 0, 'what arrived first is kept');
    await ingrid.page.unroute('**/upload/complaint/*');
    ingrid.context.complaints.splice(0); // the browser says that the connection broke

    await ingrid.opens('/nl/complaint/files');
    await choosesFiles(ingrid, [film]);
    const [next] = await Promise.all([
      ingrid.page.waitForRequest((r) => r.method() === 'PATCH'),
      ingrid.presses(ingrid.say('common.add-files')),
    ]);
    assert.ok(Number(next.headers()['upload-offset']) >= offsets[1], 'no byte that arrived is sent again');
    assert.deepEqual(await addedFiles(ingrid), ['filmpje.mp4']);
  });
});
