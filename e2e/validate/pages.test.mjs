// Every rendered page state, held to the standards: markup, titles, structure, width,
// targets and barriers. KLANKBORD_FULL=1 takes every language at every width and
// scheme; otherwise Dutch is taken in full, and the others on a phone in the light.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visitor, phone, desk } from '../lib/browser.mjs';
import { startServer } from '../lib/server.mjs';
import { barriers, colours } from '../lib/axe.mjs';
import { structure, fit } from '../lib/pagecheck.mjs';
import { languages, listPages, servePages, sharedTitles } from './pages.mjs';
import { htmlValidate, vnu } from './markup.mjs';

const full = process.env.KLANKBORD_FULL === '1';
const none = (list) => list.length > 0 && assert.fail(list.join('\n'));

test('rendered pages are valid HTML (html-validate)', async () => {
  none(await htmlValidate(listPages().map((p) => p.file)));
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
  const browser = await launch(t);
  const rounds = languages.flatMap((language) =>
    (full || language === 'nl' ? [phone, desk] : [phone]).map((viewport) => ({ language, viewport })));
  await Promise.all([lane(), lane()]); // two cores

  // lane takes the next round until none is left.
  async function lane() {
    for (let round = rounds.shift(); round; round = rounds.shift()) {
      const { language, viewport } = round;
      const context = await visitor(browser, { loose: true, viewport, locale: language });
      const page = await context.newPage();
      for (const p of pages.filter((p) => p.language === language)) {
        await t.test(`${language} ${p.state} at ${viewport.width} px`, async () => {
          none(await inspect(page, address + p.address, full || language === 'nl'));
        });
      }
      await context.close();
    }
  }
});

// inspect looks at one page in the light and, if dark is wanted, at what a dark
// scheme changes: the colours, or everything where the full product is asked for.
async function inspect(page, url, dark) {
  const out = [];
  const broken = (r) => r.status() >= 400 && out.push(`cannot load ${new URL(r.url()).pathname} (${r.status()})`);
  page.on('response', broken);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(url);
  out.push(...(await structure(page)), ...(await fit(page)), ...(await barriers(page)));
  if (dark) {
    await page.emulateMedia({ colorScheme: 'dark' });
    const inTheDark = await barriers(page, full ? {} : { rules: colours });
    out.push(...inTheDark.map((b) => `dark: ${b}`));
  }
  page.off('response', broken);
  return out;
}
