// Opens Debian's Chromium. It never reaches beyond this machine.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = [
  '--no-sandbox', // the tests run as root
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

// The widths that every page must suit: the narrowest phone, and a desk.
export const phone = { width: 320, height: 640 };
export const desk = { width: 1280, height: 800 };

// Debian's two builds of one Chromium. The first has no windows, which saves more
// than half of the work.
const builds = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

// launch starts a browser, to be closed when the test ends.
export async function launch(t) {
  const executablePath = process.env.KLANKBORD_CHROMIUM ?? builds.find(existsSync) ?? builds.at(-1);
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing; run: make tools`);
  const browser = await chromium.launch({ executablePath, args: flags });
  t?.after(() => browser.close());
  return browser;
}

// visitor opens a context as one person's browser: { js, viewport, scheme, locale,
// loose }. Cookies and cache are its own. loose sets the content policy aside, which
// only axe may ask for. What the page's console says of errors is kept in
// context.complaints, so that a test can hold it to be empty.
export async function visitor(browser, options = {}) {
  const { js = true, viewport = desk, scheme = 'light', locale = 'nl-BE', loose = false, ...rest } = options;
  const context = await browser.newContext({
    javaScriptEnabled: js,
    viewport,
    colorScheme: scheme,
    locale,
    bypassCSP: loose,
    ...rest,
  });
  context.complaints = [];
  context.on('console', (m) => m.type() === 'error' && context.complaints.push(m.text()));
  context.on('weberror', (e) => context.complaints.push(String(e.error())));
  return context;
}
