// Every rendered page state, held to the standards: markup, titles, structure, width,
// targets and barriers. KLANKBORD_FULL=1 takes every language at every width and
// scheme. Otherwise the words decide what must be looked at again: each page in each
// language on a phone, Dutch at a desk as well; barriers where a page has a kind of
// element that none before had; html-validate once per skeleton, vnu everywhere. A browser
// that ends is started again, and a page at which it ends twice has failed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, visitor, phone, desk } from '../lib/browser.mjs';
import { startServer } from '../lib/server.mjs';
import { barriers, colours, layout } from '../lib/axe.mjs';
import { structure, fit } from '../lib/pagecheck.mjs';
import { listPages, servePages, sharedTitles } from './pages.mjs';
import { kinds, languageList, skeleton } from './skeleton.mjs';
import { htmlValidate, vnu } from './markup.mjs';

const full = process.env.KLANKBORD_FULL === '1';
const none = (list) => list.length > 0 && assert.fail(list.join('\n'));

test('rendered pages are valid HTML (html-validate)', async () => {
  const isNew = firstOf((html) => [skeleton(html), languageList(html)]);
  none(await htmlValidate(listPages().map((p) => p.file).filter((file) => full || isNew(file))));
});

test('rendered pages are valid HTML (vnu)', async () => {
  none(await vnu(listPages().map((p) => p.file)));
});

test('no two pages have one title', () => {
  none(sharedTitles(listPages()));
});

test('rendered pages without barriers', { timeout: 40 * 60_000 }, async (t) => {
  const pages = listPages();
  const { url } = await startServer(t);
  const address = await servePages(t, process.env.KLANKBORD_PAGES, url);
  let browser = launch(t);
  const isNew = firstOf((html) => [...kinds(html), languageList(html)]);
  const left = [...pages];
  await Promise.all([lane(), lane()]); // two cores

  // lane takes the next page until none is left.
  async function lane() {
    let tabs = { of: browser, open: {} }; // one per language
    for (let p = left.shift(); p; p = left.shift()) {
      const widths = full || p.language === 'nl' ? [phone, desk] : [phone];
      const closely = full || isNew(p.file);
      const look = async () => {
        if (tabs.of !== browser) tabs = { of: browser, open: {} };
        tabs.open[p.language] ??= await (await visitor(await browser, { loose: true, viewport: phone, locale: p.language })).newPage();
        return inspect(tabs.open[p.language], address + p.address, { language: p.language, widths, closely });
      };
      const found = look().catch(async (err) => {
        if ((await tabs.of).isConnected()) throw err;
        t.diagnostic(`the browser ended at ${p.address} and is started again: ${err.message.split('\n')[0]}`);
        if (browser === tabs.of) browser = launch(t); // unless the other lane did
        return look();
      });
      for (const { width } of widths) {
        await t.test(`${p.language} ${p.state} at ${width} px`, async () => none((await found)[width]));
      }
    }
  }
});

// firstOf returns a function that tells of each page whether it has something that none
// before had, by what of its markup lists.
function firstOf(of) {
  const seen = new Set();
  return (file) => {
    const all = of(readFileSync(file, 'utf8'));
    const isNew = all.some((k) => !seen.has(k));
    all.forEach((k) => seen.add(k));
    return isNew;
  };
}

// inspect looks at one page at each width and returns what it found by width. Where
// barriers are looked for, that is done in the light and, in the dark and at the second
// width, for what that changes; or for everything where the full product is asked for.
async function inspect(page, url, { language, widths, closely }) {
  const found = Object.fromEntries(widths.map((w) => [w.width, []]));
  const broken = (r) => r.status() >= 400 && found[widths[0].width].push(`cannot load ${new URL(r.url()).pathname} (${r.status()})`);
  page.on('response', broken);
  await sized(page, widths[0]);
  await page.goto(url);
  found[widths[0].width].push(...(await structure(page, language)));
  for (const viewport of widths) {
    const out = found[viewport.width];
    await sized(page, viewport);
    out.push(...(await fit(page)));
    if (!closely) continue;
    const isWider = !full && viewport !== widths[0];
    out.push(...(await barriers(page, isWider ? { rules: layout } : {})));
    if (isWider) continue;
    await page.emulateMedia({ colorScheme: 'dark' });
    const inTheDark = await barriers(page, full ? {} : { rules: colours });
    out.push(...inTheDark.map((b) => `dark: ${b}`));
    await page.emulateMedia({ colorScheme: 'light' });
  }
  page.off('response', broken);
  return found;
}

// sized gives a page a width and height, unless it has them.
async function sized(page, viewport) {
  const now = page.viewportSize();
  if (now?.width !== viewport.width || now.height !== viewport.height) await page.setViewportSize(viewport);
}
