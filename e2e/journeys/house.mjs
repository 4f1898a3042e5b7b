// A house is a demo of its own with a browser to visit it, shared by the journeys of
// one file.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { launch } from '../lib/browser.mjs';
import { binary, startServer } from '../lib/server.mjs';

// openHouse starts both; they stop when the test ends. The members are those of the
// demo by their first name, each with what they know: { name, email, password, totp }.
// Options are those of startServer.
export async function openHouse(t, options) {
  const [server, browser] = await Promise.all([startServer(t, options), launch(t)]);
  const guide = JSON.parse(readFileSync(path.join(server.state, 'demo.json'), 'utf8'));
  return { ...server, browser, members: Object.fromEntries(guide.sign_ins.map((m) => [m.key, m])) };
}

// later stops the house and opens it again some days on, for whoever comes in from then.
export async function later(t, house, days) {
  await house.stop({ keep: true });
  const server = await startServer(t, { state: house.state, args: ['--ahead', `${days * 24}h`] });
  for (const member of Object.values(house.members)) Object.assign(member, { ahead: days * 86_400_000, used: 0 });
  return { ...house, ...server, stop: house.stop };
}

// openFreshHouse starts an instance to which nobody has been let in yet. enrol is the
// path of the link by which the first member comes, said what init printed. Options are
// those of startServer; init holds more arguments of it.
export async function openFreshHouse(t, { init = [], ...options } = {}) {
  let said = '';
  const before = (state) => {
    const who = ['--name', 'Nele Janssens', '--email', 'nele@desk.example', '--language', 'en'];
    said = execFileSync(binary(), ['init', '--state', state, ...who, ...init], { encoding: 'utf8' });
  };
  const [server, browser] = await Promise.all([startServer(t, { program: [binary(), 'serve'], before, ...options }), launch(t)]);
  return { ...server, browser, enrol: said.match(/\/desk\/enrol\/\S+/)[0], said };
}

// ways are how a journey is made: in Dutch with scripts and without, and without in
// every other language.
export const ways = [
  { lang: 'nl', js: true },
  { lang: 'nl', js: false },
  { lang: 'fr', js: false },
  { lang: 'en', js: false },
  { lang: 'de', js: false },
];

// inEveryWay runs a journey once in each way, or, while one is being written, in as
// many as KLANKBORD_WAYS says. A journey is told its way, and the turn it has.
export async function inEveryWay(t, name, journey) {
  await inWays(t, name, journey, ways);
}

// inTwoWays runs a journey with scripts in one language and without in another. Each
// language has its turn, so that together the journeys come by all of them in both
// ways. KLANKBORD_FULL=1 makes it every way.
export async function inTwoWays(t, name, journey) {
  const languages = ['nl', 'fr', 'en', 'de'];
  const turn = [...name].reduce((sum, c) => sum + c.charCodeAt(0), 0);
  const two = [
    { lang: languages[turn % 4], js: true },
    { lang: languages[(turn + 1 + (turn >> 2) % 3) % 4], js: false },
  ];
  await inWays(t, name, journey, process.env.KLANKBORD_FULL === '1' ? ways : two);
}

async function inWays(t, name, journey, list) {
  const some = list.slice(0, Number(process.env.KLANKBORD_WAYS ?? list.length));
  for (const [turn, way] of some.entries()) {
    await t.test(`${name} (${way.lang}${way.js ? '' : ', no scripts'})`, (t) => journey(t, { ...way, turn }));
  }
}
