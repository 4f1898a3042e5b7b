// Proves that each check can fail, and is content with a good page.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launch, visitor, phone, desk } from '../lib/browser.mjs';
import { startServer } from '../lib/server.mjs';
import { AxeBuilder } from '@axe-core/playwright';
import { barriers, colours, source, tags, told } from '../lib/axe.mjs';
import { structure, fit, weigh, overBudget, publicBudget } from '../lib/pagecheck.mjs';
import { listPages, servePages, sharedTitles } from './pages.mjs';
import { htmlValidate, vnu } from './markup.mjs';
import { kinds, languageList, skeleton } from './skeleton.mjs';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const good = path.join(fixtures, 'good.html');
const bad = path.join(fixtures, 'bad.html');
const says = (list, ...patterns) => patterns.forEach((p) => assert.match(list.join('\n'), p));

// folder makes a temporary folder with files, to be removed when the test ends.
function folder(t, files = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'klankbord-self-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

test('html-validate and vnu find faults, and none in a good page', async () => {
  assert.deepEqual(await htmlValidate([good]), []);
  assert.deepEqual(await vnu([good]), []);
  says(await htmlValidate([bad]), /no-dup-id/, /no-implicit-button-type|type attribute/, /no-inline-style/);
  says(await vnu([bad]), /Duplicate ID/i, /aria-labelledby/);
});

test('structure finds each fault', async (t) => {
  const address = await servePages(t, fixtures, 'http://127.0.0.1:9');
  const browser = await launch(t);
  for (const js of [true, false]) {
    const context = await visitor(browser, { js });
    const page = await context.newPage();
    await page.goto(`${address}/good.html`);
    assert.deepEqual(await structure(page, 'en'), []);
    says(await structure(page, 'fr'), /lang is en, want fr/);
    await page.goto(`${address}/bad.html`);
    says(
      await structure(page),
      /2 h1/, /id twice stands twice/, /no label/, /required/, /maxlength/, /accept or capture/, /invalid without its error/,
      /aria-labelledby names nowhere/, /link to #gone/, /button without type/, /inline style: /, /inline style: <style/,
      /inline handler onload/, /a text is missing: ⟦form.lost⟧/,
    );
  }
});

test('fit finds what is too wide and too small', async (t) => {
  const address = await servePages(t, fixtures, 'http://127.0.0.1:9');
  const context = await visitor(await launch(t), { viewport: phone });
  const page = await context.newPage();
  await page.goto(`${address}/good.html`);
  assert.deepEqual(await fit(page), []);
  await page.goto(`${address}/bad.html`);
  says(await fit(page), /px too wide at 320.*wide/, /10×10 px to hit/);
});

test('axe finds barriers, in the dark as well', async (t) => {
  const address = await servePages(t, fixtures, 'http://127.0.0.1:9');
  const context = await visitor(await launch(t), { viewport: desk, loose: true, scheme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${address}/good.html`);
  assert.deepEqual(await barriers(page), []);
  await page.goto(`${address}/bad.html`);
  says(await barriers(page), /label/, /color-contrast/);
  says(await barriers(page, { rules: colours }), /color-contrast/);
  const { violations } = await new AxeBuilder({ page, axeSource: source }).withTags(tags).analyze();
  assert.deepEqual(await barriers(page), violations.map(told));
});

test('weighing counts bytes, requests, third parties, fonts and what fails', async (t) => {
  const other = createServer((_, response) => response.end('x'));
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const elsewhere = `http://127.0.0.1:${other.address().port}/x.png`;
  const dir = folder(t, {
    'heavy.html': `<!DOCTYPE html><title>t</title><img src="${elsewhere}" alt=""><img src="/gone.png" alt="">
      <style>@font-face { font-family: f; src: url(/f.svg) } p { font-family: f }</style><p>${'x'.repeat(20_000)}</p>`,
    'f.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  });
  copyFileSync(good, path.join(dir, 'good.html'));
  copyFileSync(path.join(fixtures, 'good.css'), path.join(dir, 'good.css'));
  const address = await servePages(t, dir, 'http://127.0.0.1:9');
  const browser = await launch(t);

  const light = await weigh(await visitor(browser), `${address}/good.html`);
  assert.deepEqual(overBudget(light, publicBudget), []);
  assert.equal(light.requests, 2);
  assert.ok(light.bytes > 700 && light.bytes < 2_000, `${light.bytes} bytes`);

  const heavy = overBudget(await weigh(await visitor(browser), `${address}/heavy.html`), { bytes: 14_336, requests: 2 });
  says(heavy, /bytes, at most 14336/, /requests, at most 2/, /third party: .*x\.png/, /cannot load .*gone\.png \(502\)/, /loads a font/);
  says(overBudget(await weigh(await visitor(browser), `${address}/none`), publicBudget), /answers 502/);
});

test('a language without a page, and a shared title, are found', (t) => {
  const page = (heading) => `<title>Same</title><h1 id="x">${heading}</h1>`;
  const dir = folder(t, { 'nl/a.html': page('One'), 'nl/b.html': page('<b>Two</b>'), 'nl/a--error.html': page('One') });
  assert.throws(() => listPages(dir), /not rendered: fr\/a, fr\/a--error, fr\/b, en\/a/);
  assert.throws(() => listPages(folder(t)), /no rendered page/);
  const pages = ['a', 'a--error', 'b'].map((s) => ({ language: 'nl', page: s.split('--')[0], file: path.join(dir, `nl/${s}.html`) }));
  assert.deepEqual(sharedTitles(pages), ['nl: Same is the title of a and b']);
  assert.deepEqual(sharedTitles(pages.slice(0, 2)), []);
});

test('a skeleton forgets words, and nothing that bears on barriers', () => {
  const page = (inner, lang = 'nl') =>
    `<html lang="${lang}"><body><nav><ul class="langs"><li lang="${lang}">${lang}</li></ul></nav><main>${inner}</main></body></html>`;
  const same = [
    ['<h1>Een klacht</h1>', '<h1>Une réclamation</h1>'],
    ['<a href="/nl/klacht">Verder</a>', '<a href="/fr/reclamation">Continuer</a>'],
    ['<label for="a1">Naam</label><input id="a1" name="a1">', '<label for="b2">Nom</label><input id="b2" name="b2">'],
    ['<nav aria-label="Hoofd"></nav><nav aria-label="Taal"></nav>', '<nav aria-label="Principal"></nav><nav aria-label="Langue"></nav>'],
    ['<option value="nl" selected>N</option><option value="fr">F</option>', '<option value="nl">N</option><option value="fr" selected>F</option>'],
  ];
  for (const [nl, fr] of same) assert.equal(skeleton(page(nl)), skeleton(page(fr, 'fr')), nl);
  const other = [
    ['<h1>Een klacht</h1>', '<h1></h1>'],
    ['<h1>Een klacht</h1>', '<h2>Een klacht</h2>'],
    ['<p class="mute">Een</p>', '<p>Een</p>'],
    ['<a href="/nl">Verder</a>', '<a href="/nl"> </a>'],
    ['<a href="#x">Verder</a><b id="x"></b>', '<a href="#y">Verder</a><b id="x"></b>'],
    ['<label for="a1">Naam</label><input id="a1">', '<label for="a1">Naam</label><input id="a2">'],
    ['<input aria-describedby="a b"><i id="a"></i><i id="b"></i>', '<input aria-describedby="a c"><i id="a"></i><i id="b"></i>'],
    ['<nav aria-label="Hoofd"></nav><nav aria-label="Taal"></nav>', '<nav aria-label="Menu"></nav><nav aria-label="Menu"></nav>'],
    ['<img alt="Een foto">', '<img alt="">'],
    ['<img alt="Een foto">', '<img>'],
    ['<input aria-invalid="true">', '<input aria-invalid="false">'],
    ['<details open></details>', '<details></details>'],
  ];
  for (const [one, another] of other) assert.notEqual(skeleton(page(one)), skeleton(page(another)), another);
  const news = (one, another) => [...kinds(page(another))].filter((k) => !kinds(page(one)).has(k));
  for (const [nl, fr] of same) assert.deepEqual(news(nl, fr), [], nl);
  for (const [one, another] of other) assert.notDeepEqual(news(one, another), [], another);
  const list = (n) => `<h1>Eén</h1><ul>${'<li><a href="/x">Een</a></li>'.repeat(n)}</ul>`;
  assert.deepEqual(news(list(2), list(5)), []);
  assert.notDeepEqual(news(list(2), `${list(2)}<h3>Drie</h3>`), []);
  assert.notDeepEqual(news(list(2), list(2).replace('<ul>', '<ol>')), []);
  assert.notEqual(languageList(page('', 'nl')), languageList(page('', 'fr')));
});

test('a program that dies, or is never ready, is reported with its log', async (t) => {
  const dying = [process.execPath, '-e', 'console.error("no key"); process.exit(3)', '--'];
  await assert.rejects(startServer(null, { program: dying }), /not ready: it ended with 3\n.*no key/s);
  const listening = [
    process.execPath, '-e',
    `const [host, port] = process.argv[process.argv.indexOf('--listen') + 1].split(':');
     require('http').createServer((q, r) => r.end()).listen(port, host)`, '--',
  ];
  const { url, stop } = await startServer(null, { program: listening });
  assert.equal((await fetch(url)).status, 200);
  assert.equal(await stop(), 'it ended with SIGTERM');
  await assert.rejects(fetch(url));
  t.diagnostic('started and stopped');
});
