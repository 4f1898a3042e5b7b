// The page states that the Go tests have rendered, and a server that shows them.
//
// The Go tests write each state of each page to KLANKBORD_PAGES/LANGUAGE/STATE.html.
// A state is named PAGE or PAGE--VARIANT, such as complaint-contact--error. Two pages
// never share a title; states of one page, which share their heading, may. What a page links to is looked for
// below KLANKBORD_PAGES as well, at its own address, and then in the real program.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.svg': 'image/svg+xml', '.js': 'text/javascript', '.png': 'image/png' };

// leadsAway is the script that asks again for what was not ready yet: it would lead away
// from a page while that is looked at.
const leadsAway = /\/again\.[0-9a-f]+\.js$/;

// languages are those every page exists in.
export const languages = ['nl', 'fr', 'en', 'de'];

// listPages returns { language, state, page, file, address } of every rendered state.
// It fails where there is none, or where a language lacks a state that another has.
export function listPages(folder = process.env.KLANKBORD_PAGES) {
  if (!folder) throw new Error('KLANKBORD_PAGES names no folder of rendered pages; run: make test');
  const states = (language) => {
    const dir = path.join(folder, language);
    if (!existsSync(dir)) return [];
    return readdirSync(dir).filter((f) => f.endsWith('.html')).map((f) => f.slice(0, -5)).sort();
  };
  const all = new Set(languages.flatMap(states));
  if (all.size === 0) throw new Error(`no rendered page in ${folder}`);
  const missing = languages.flatMap((l) => [...all].filter((s) => !states(l).includes(s)).map((s) => `${l}/${s}`));
  if (missing.length > 0) throw new Error(`not rendered: ${missing.join(', ')}`);
  return languages.flatMap((language) =>
    states(language).map((state) => ({
      language,
      state,
      page: state.split('--')[0],
      file: path.join(folder, language, `${state}.html`),
      address: `/${language}/${state}.html`,
    })),
  );
}

// servePages shows a folder of pages on loopback and returns its address. What is not
// in the folder comes from origin, the real program. No page leads away by itself.
export async function servePages(t, folder, origin) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://pages');
    if (leadsAway.test(pathname)) {
      response.writeHead(200, { 'content-type': types['.js'], 'cache-control': 'max-age=3600' }).end();
      return;
    }
    const file = path.join(folder, path.normalize(pathname));
    if (existsSync(file) && statSync(file).isFile()) {
      const type = types[path.extname(file)] ?? 'application/octet-stream';
      const kept = file.endsWith('.html') ? 'no-store' : 'max-age=3600'; // its name changes with it
      response.writeHead(200, { 'content-type': type, 'cache-control': kept });
      response.end(readFileSync(file));
      return;
    }
    try {
      const answer = await fetch(origin + pathname, { redirect: 'manual' });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.writeHead(502).end('not there');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

// sharedTitles returns a sentence for each title that two pages of one language
// share. Two states are one page when they have the same first heading.
export function sharedTitles(pages) {
  const owners = new Map();
  for (const p of pages) {
    const html = readFileSync(p.file, 'utf8');
    const title = html.match(/<title>([^<]*)<\/title>/i)?.[1].trim() ?? '';
    const heading = (html.match(/<h1[^>]*>(.*?)<\/h1>/is)?.[1] ?? '').replace(/<[^>]*>/g, '').trim();
    const key = `${p.language}: ${title}`;
    owners.set(key, (owners.get(key) ?? new Map()).set(heading, p.page));
  }
  return [...owners].filter(([, who]) => who.size > 1).map(([title, who]) => `${title} is the title of ${[...who.values()].join(' and ')}`);
}
