// Checks of a page that no other tool makes. Each returns a list of sentences, empty
// where all is well.

// structure looks at headings, title, language, labels, errors and markup that the
// house does not allow. It reads the document, so it works with scripts switched off.
// With a language, the page must declare that one.
export function structure(page, language) {
  return page.evaluate((language) => {
    const out = [];
    const all = (selector) => [...document.querySelectorAll(selector)];
    const name = (e) => e.outerHTML.slice(0, 90).replace(/\s+/g, ' ');
    const headings = all('h1').length;
    if (headings !== 1) out.push(`${headings} h1, want one`);
    if (!document.title.trim()) out.push('no title');
    const { lang } = document.documentElement;
    if (!lang) out.push('no lang');
    else if (language && lang !== language) out.push(`lang is ${lang}, want ${language}`);
    if (all('main').length !== 1) out.push('not exactly one main');
    const ids = all('[id]').map((e) => e.id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) out.push(`id ${id} stands twice`);

    for (const e of all('input:not([type=hidden]), select, textarea')) {
      const labelled = e.labels?.length > 0 || e.ariaLabel || e.getAttribute('aria-labelledby');
      if (!labelled) out.push(`no label: ${name(e)}`);
      if (e.required) out.push(`required, which the browser words in its own way: ${name(e)}`);
      if (e.hasAttribute('maxlength')) out.push(`maxlength, which cuts off silently: ${name(e)}`);
      if (e.type === 'file' && (e.hasAttribute('accept') || e.hasAttribute('capture'))) out.push(`accept or capture on a file: ${name(e)}`);
      if (e.getAttribute('aria-invalid') === 'true') {
        // In a group the error may hang on the fieldset.
        const owner = e.getAttribute('aria-describedby') ?? e.closest('fieldset')?.getAttribute('aria-describedby');
        if (!owner?.trim()) out.push(`invalid without its error: ${name(e)}`);
      }
    }
    for (const e of all('[aria-describedby], [aria-labelledby], [aria-controls]')) {
      for (const attribute of ['aria-describedby', 'aria-labelledby', 'aria-controls']) {
        for (const id of (e.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)) {
          if (!document.getElementById(id)) out.push(`${attribute} names ${id}, which is not there: ${name(e)}`);
        }
      }
    }
    for (const e of all('a[href^="#"]')) {
      const id = decodeURIComponent(e.getAttribute('href').slice(1));
      if (id && !document.getElementById(id)) out.push(`link to #${id}, which is not there: ${name(e)}`);
    }
    for (const e of all('button:not([type])')) out.push(`button without type: ${name(e)}`);
    for (const e of all('[style]')) out.push(`inline style: ${name(e)}`);
    for (const e of all('style, script:not([src])')) out.push(`inline ${e.tagName.toLowerCase()}: ${name(e)}`);
    for (const e of all('*')) {
      for (const a of e.attributes) if (/^on/.test(a.name)) out.push(`inline handler ${a.name}: ${name(e)}`);
    }
    for (const e of all('meta[http-equiv=refresh]')) out.push(`refreshes by itself: ${name(e)}`);
    if (/⟦/.test(document.body.innerText)) out.push(`a text is missing: ${document.body.innerText.match(/⟦[^⟧]*⟧?/)[0]}`);
    return out;
  }, language);
}

// fit looks at what depends on the width: nothing sticks out at the side, and what
// is to be hit is at least 24 by 24 px unless it stands in running text.
export function fit(page) {
  return page.evaluate(() => {
    const out = [];
    const root = document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    if (over > 0) {
      const wide = [...document.body.querySelectorAll('*')].find((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
      out.push(`${over} px too wide at ${root.clientWidth}: ${wide?.outerHTML.slice(0, 90).replace(/\s+/g, ' ') ?? ''}`);
    }
    for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
      const box = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      if (!box.width || style.visibility === 'hidden' || style.display === 'inline') continue;
      if (style.clipPath === 'inset(50%)' || box.width <= 1) continue; // shown on focus only
      const label = e.labels?.[0]?.getBoundingClientRect(); // hitting the label hits the field
      const width = Math.max(box.width, label?.width ?? 0);
      const height = Math.max(box.height, label?.height ?? 0);
      if (width < 24 || height < 24) {
        out.push(`${Math.round(width)}×${Math.round(height)} px to hit: ${e.outerHTML.slice(0, 90).replace(/\s+/g, ' ')}`);
      }
    }
    return out;
  });
}

// weigh opens an address in a fresh page and returns what its first view cost:
// { status, bytes, requests, thirdParty, fonts, scripts, byType, failed }. Bytes are
// those on the wire, headers included, as the browser counted them.
export async function weigh(context, url) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const seen = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    if (!/^(data|blob|about):/.test(request.url)) seen.set(requestId, { url: request.url, type, bytes: 0 });
  });
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const entry = seen.get(requestId);
    if (entry) entry.status = response.status;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const entry = seen.get(requestId);
    if (entry) entry.bytes = encodedDataLength;
  });
  const answer = await page.goto(url, { waitUntil: 'networkidle' });
  const all = [...seen.values()];
  const origin = new URL(url).origin;
  const byType = {};
  for (const r of all) byType[r.type] = (byType[r.type] ?? 0) + r.bytes;
  await page.close();
  return {
    status: answer.status(),
    bytes: all.reduce((sum, r) => sum + r.bytes, 0),
    requests: all.length,
    thirdParty: all.filter((r) => new URL(r.url).origin !== origin).map((r) => r.url),
    fonts: all.filter((r) => r.type === 'Font').map((r) => r.url),
    scripts: all.filter((r) => r.type === 'Script').map((r) => r.url),
    failed: all.filter((r) => !(r.status < 400)).map((r) => `${r.url} (${r.status ?? 'no answer'})`),
    byType,
  };
}

// overBudget holds what weigh returned to a budget: { bytes, requests }.
export function overBudget(weight, budget) {
  const out = [];
  if (weight.status !== 200) out.push(`answers ${weight.status}`);
  if (weight.bytes > budget.bytes) out.push(`${weight.bytes} bytes, at most ${budget.bytes}: ${JSON.stringify(weight.byType)}`);
  if (weight.requests > budget.requests) out.push(`${weight.requests} requests, at most ${budget.requests}`);
  for (const url of weight.thirdParty) out.push(`asks a third party: ${url}`);
  for (const url of weight.fonts) out.push(`loads a font: ${url}`);
  for (const what of weight.failed) out.push(`cannot load ${what}`);
  return out;
}

// publicBudget is what the first view of a public page may cost; it fits the first
// window of a new connection.
export const publicBudget = { bytes: 14_336, requests: 4 };
