// What the first view of the public page costs, measured on the real program.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visitor, phone } from '../lib/browser.mjs';
import { startServer } from '../lib/server.mjs';
import { weigh, overBudget, publicBudget, structure } from '../lib/pagecheck.mjs';
import { languages } from './pages.mjs';

test('the first view of the public page keeps its budget', async (t) => {
  const { url } = await startServer(t);
  const browser = await launch(t);
  for (const language of languages) {
    await t.test(language, async () => {
      const context = await visitor(browser, { viewport: phone, locale: language });
      const weight = await weigh(context, `${url}/${language}/`);
      await context.close();
      assert.deepEqual(overBudget(weight, publicBudget), []);
    });
  }
});

test('the public page needs no script', async (t) => {
  const { url } = await startServer(t);
  const browser = await launch(t);
  for (const language of languages) {
    await t.test(language, async () => {
      const context = await visitor(browser, { js: false, viewport: phone, locale: language });
      const page = await context.newPage();
      await page.goto(`${url}/${language}/`);
      assert.deepEqual(await structure(page), []);
      await page.locator(`main a[href^="/${language}/complaint"], main form`).first().waitFor();
      await context.close();
    });
  }
});
