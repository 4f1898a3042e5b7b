// From `klankbord init` to the first answered complaint, by the pages alone: who sets up,
// the members whom they invite, and somebody who complains. What it takes of the person who
// sets up is counted and printed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mailSink } from '../lib/sink.mjs';
import { openFreshHouse } from './house.mjs';
import { someone } from './person.mjs';
import { languages } from './words.mjs';
import { complainsInShort, enters, integrity } from './complaint.mjs';
import { listed, oneTimePassword, opensCase, tells } from './member.mjs';

const password = 'five words make a sentence';
const most = { pages: 12, inputs: 60 };

// counting notes every page that a person opens and every field that they fill in or tick. A
// page counts once, however often it is opened, also when it comes back because of what was
// typed; loads counts each time.
function counting(person) {
  const seen = { pages: new Set(), loads: 0, inputs: 0 };
  const fills = person.fills.bind(person);
  person.fills = async (answers) => {
    seen.inputs += Object.keys(answers).length;
    return fills(answers);
  };
  for (const how of ['opens', 'follows', 'presses', 'leadsTo']) {
    const go = person[how].bind(person);
    person[how] = async (...given) => {
      const answer = await go(...given);
      seen.loads += 1;
      if (answer.status() !== 422) seen.pages.add(person.at);
      return answer;
    };
  }
  return seen;
}

// enrols goes through an invitation: a password, an app, a code to keep.
async function enrols(person, link) {
  await person.opens(link);
  await person.fills({ password });
  await person.presses(person.say('common.continue'));
  const secret = (await person.page.locator('.code').first().textContent()).replace(/\s/g, '');
  await person.fills({ code: oneTimePassword(secret, Math.floor(Date.now() / 30_000)) });
  await person.presses(person.say('desk.factor.confirm'));
  await person.fills({ kept: 'yes' });
  await person.presses(person.say('common.continue'));
}

// vouches compares the mark of a newcomer, by voice, and signs for them.
async function vouches(person, name) {
  await person.follows(person.say('setup.people-vouch', { name }));
  await person.fills({ compared: 'yes', password });
  await person.page.locator('main form#page button[type=submit]').first().click();
  await person.page.waitForURL(/\/desk\/people/);
}

// inState expects the status of a step in the list at the top.
async function inState(person, step, tag) {
  const line = person.page.locator('.tasks li').filter({ hasText: person.say(`setup.step-${step}`) });
  assert.equal((await line.locator('.tag').textContent()).trim(), person.say(`setup.tag-${tag}`), step);
}

// groupsOf are the two groups of the recovery key that the page asks for, as they stand on
// the paper that init printed.
async function groupsOf(person, said) {
  const groups = said.match(/([0-9A-Z]{4} - ){6}[0-9A-Z]{4}/)[0].split(' - ');
  const label = await person.page.locator('label[for^=recovery]').textContent();
  return label.match(/\d/g).map((n) => groups[n - 1]).join(' ');
}

const noAccess = async (house, t) => {
  const early = await someone(t, house, { lang: 'en', js: false });
  await early.opens('/desk/setup');
  await early.reads(early.say('setup.empty-title'), 'klankbord init');
  await early.opens('/en/complaint', { status: 503 });
  assert.equal(await early.heading(), early.say('public.closed.title'));
};

test('from klankbord init to the first answered complaint', { timeout: 10 * 60_000 }, async (t) => {
  const sink = await mailSink(t);
  const env = { KLANKBORD_SMTP_SERVER: sink.address, KLANKBORD_SMTP_SECURITY: 'none' };
  const house = await openFreshHouse(t, { env });
  assert.ok(house.said.includes('/desk/setup'), 'init says where it goes on');
  await noAccess(house, t);

  const nele = await someone(t, house, { lang: 'en' });
  const seen = counting(nele);
  await enrols(nele, house.enrol);
  assert.equal(nele.at, '/desk/setup', 'the first member is led to the first steps');
  for (const step of ['organisation', 'recovery', 'mail', 'topics', 'people', 'pages', 'practice']) await inState(nele, step, 'not-yet');
  await inState(nele, 'first', 'done');
  await inState(nele, 'open', 'cannot');

  await nele.presses(nele.say('setup.confirm-organisation'));
  await inState(nele, 'organisation', 'done');
  const typed = await groupsOf(nele, house.said);
  await nele.fills({ 'recovery-1': typed.replace(/[0-9A-Z]/g, '7') });
  await nele.presses(nele.say('setup.recovery-button'), { status: 422 });
  await nele.isTold('recovery-1', nele.say('error.setup-groups'));
  await nele.fills({ 'recovery-1': typed.toLowerCase() });
  await nele.presses(nele.say('setup.recovery-button'));
  await inState(nele, 'recovery', 'done');

  await nele.presses(nele.say('setup.mail-send'));
  while (sink.mails.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  const digits = sink.mails[0].match(/^\d{6}$/m)[0];
  await nele.fills({ digits: '000000' });
  await nele.presses(nele.say('setup.mail-check'), { status: 422 });
  await nele.isTold('digits', nele.say('error.setup-code'));
  await nele.fills({ digits });
  await nele.presses(nele.say('setup.mail-check'));
  await inState(nele, 'mail', 'done');
  await nele.presses(nele.say('setup.confirm-topics'));

  const invited = [['Sofie Peeters', 'supporters-service'], ['Karim Benali', 'supporters-service'], ['Thomas Dubois', 'complaints'], ['Marc Verstraete', 'alternative']];
  const rows = Object.fromEntries(invited.flatMap(([name], n) => [[`name-${n}`, name], [`email-${n}`, `${name.split(' ')[0].toLowerCase()}@desk.example`]]));
  await nele.fills(rows);
  await nele.presses(nele.say('setup.people-button'));
  const links = (await nele.page.locator('[data-link]').allTextContents()).map((l) => new URL(l.trim()).pathname);
  assert.equal(links.length, 4, 'each has a link of their own');

  // The second of the Complaints team comes first: both let the others in.
  const members = { inputs: 0, pages: 0 };
  const comes = async (n) => {
    const person = await someone(t, house, { lang: 'en', js: n % 2 === 0 });
    const theirs = counting(person);
    await enrols(person, links[n]);
    members.inputs += theirs.inputs;
    members.pages += theirs.pages.size;
    return person;
  };
  const thomas = await comes(2);
  await thomas.reads(thomas.say('desk.waiting.title'));
  await nele.opens('/desk/setup');
  await vouches(nele, 'Thomas Dubois');
  await thomas.opens('/desk');
  await thomas.reads(thomas.say('setup.step-people'), 'Nele Janssens');
  const sofie = await comes(0);
  await comes(1);
  await comes(3);
  await thomas.opens('/desk/setup');
  await thomas.misses('action="/desk/setup/open');
  for (const name of ['Sofie Peeters', 'Karim Benali', 'Marc Verstraete']) {
    await thomas.opens('/desk/setup');
    await vouches(thomas, name);
  }
  await nele.opens('/desk/setup');
  await vouches(nele, 'Marc Verstraete');
  await nele.opens('/desk/setup');
  await inState(nele, 'people', 'done');

  for (const lang of languages) {
    const name = nele.say(`common.language.${lang}`);
    const href = await nele.page.getByRole('link', { name: nele.say('setup.pages-link', { language: name }) }).getAttribute('href');
    assert.equal(new URL(href).pathname, `/${lang}/`);
    await nele.opens(`/${lang}/`);
    await nele.opens('/desk/setup');
    await nele.presses(nele.say('setup.confirm-pages', { language: name }));
  }
  await inState(nele, 'pages', 'done');

  await nele.presses(nele.say('setup.practice-button'));
  await nele.reads(nele.say('practice.banner', { until: '' }).split('On')[0].trim());
  await nele.fills({ audience: 'message', text: 'Thank you. We look into it.' });
  await nele.presses(nele.say('desk.compose.check'), { within: nele.page.locator('#compose') });
  assert.ok((await nele.heading()).startsWith(nele.say('practice.word')), 'every page says that it is practice');
  await nele.presses(nele.say('desk.check.send-message'));
  await nele.opens('/desk/setup');
  await inState(nele, 'practice', 'done');
  await inState(nele, 'open', 'not-yet');

  const early = await someone(t, house, { lang: 'nl', js: false });
  await early.opens('/nl/complaint', { status: 503 });
  await nele.fills({ password: 'another sentence of five words' });
  await nele.presses(nele.say('setup.open-button'), { status: 422 });
  await early.opens('/nl/complaint', { status: 503 });
  await nele.fills({ password });
  await nele.presses(nele.say('setup.open-button'));
  await nele.reads(nele.say('setup.done-opened'), nele.say('setup.state-open'));
  await inState(nele, 'open', 'done');

  const sent = await complainsInShort(early, integrity('nl'));
  assert.deepEqual((await listed(thomas)).length, 1, 'the practice complaint is in no list');
  await opensCase(thomas, sent);
  await tells(thomas, 'message', 'We have read it and call you tomorrow.');
  await enters(early, sent);
  await early.reads('We have read it and call you tomorrow.');
  await sofie.opens('/desk');
  await sofie.misses(sofie.say('setup.standing', { missing: '', names: '' }).split('.')[0]);

  t.diagnostic(`set-up: ${seen.pages.size} pages (${seen.loads} loads), ${seen.inputs} inputs; the four members together: ${members.pages} pages, ${members.inputs} inputs`);
  console.log(`set-up: ${seen.pages.size} pages (${seen.loads} loads), ${seen.inputs} inputs: ${[...seen.pages].map((p) => p.replace(/[A-Za-z0-9_-]{20,}/, '…')).join(' ')}`);
  assert.ok(seen.pages.size <= most.pages, `${seen.pages.size} pages: ${[...seen.pages].join(' ')}`);
  assert.ok(seen.inputs <= most.inputs, `${seen.inputs} inputs`);
});
