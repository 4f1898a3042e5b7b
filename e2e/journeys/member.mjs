// What members do at the desk, in its own words.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { someone, oneLine } from './person.mjs';

const period = 30; // seconds that a one-time password lasts, RFC 6238 4.1
const typing = 10; // seconds that pass until the desk sees it, at most

// oneTimePassword is what an authenticator app shows at a step, RFC 4226 5.3.
export function oneTimePassword(secret, step) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(count).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// nextPassword is a one-time password that a member has not used yet. Each counts
// once, and the desk takes the one before and the one after the present; where all
// three are used, it waits for the next. The one before is taken only while there is
// time to type it.
export async function nextPassword(member) {
  const now = () => (Date.now() + (member.ahead ?? 0)) / 1000 / period;
  const oldest = Math.floor(now() - 1 + typing / period);
  const step = Math.max(oldest, (member.used ?? 0) + 1);
  while (step > Math.floor(now()) + 1) await new Promise((resolve) => setTimeout(resolve, 500));
  member.used = step;
  return oneTimePassword(member.totp, step);
}

// atTheDesk opens a browser for a member and signs in. The desk then speaks their
// language, or the one that is asked for, which they choose at the top of the page.
export async function atTheDesk(t, house, who, way = {}) {
  const member = house.members[who];
  const person = await someone(t, house, { lang: member.language, ...way });
  await person.opens('/desk');
  await signsIn(person, member);
  if (way.lang && way.lang !== member.language) await choosesLanguage(person, member, way.lang);
  return person;
}

export async function signsIn(person, member) {
  await givesPassword(person, member);
  await givesDigits(person, member);
}

// givesDigits types the one-time password; from there on the desk speaks the language
// that the member chose.
export async function givesDigits(person, member) {
  await person.fills({ code: await nextPassword(member) });
  await person.presses(person.say('common.sign-in'));
  person.speaks(member.language);
}

export async function givesPassword(person, member) {
  assert.equal(await person.heading(), person.say('desk.signin.title'));
  await person.fills({ email: member.email, password: member.password });
  await person.presses(person.say('common.continue'));
  assert.equal(await person.heading(), person.say('desk.second.title'));
}

export async function choosesLanguage(person, member, lang) {
  await person.switchesTo(lang);
  member.language = lang;
}

export async function signsOut(person) {
  await person.presses(person.say('common.sign-out'));
  person.speaks();
}

// listed are the subjects in a list of cases.
export async function listed(person, view = 'all') {
  await person.opens(`/desk?view=${view}`);
  return (await person.page.locator('main tbody tr th[scope=row] a').allTextContents()).map(oneLine);
}

// counts are the numbers beside the lists of cases.
export const counts = (person) =>
  person.page.evaluate(() => [...document.querySelectorAll('.views a')].map((a) => a.textContent.replace(/\s+/g, ' ').trim()));

// opensCase opens a case from a list, by its subject.
export async function opensCase(person, { summary, number }, view = 'all') {
  await person.opens(`/desk?view=${view}`);
  await person.leadsTo(() => person.page.locator('main tbody tr th[scope=row] a').filter({ hasText: summary }).first().click());
  assert.equal(person.at, `/desk/case/${number}`);
}

// writes writes in the composer and goes on to the page that shows it once more.
export async function writes(person, audience, text, { files = [] } = {}) {
  const form = person.page.locator('#compose');
  await person.fills({ audience, text });
  if (files.length > 0) await form.locator('input[type=file]').setInputFiles(files);
  await person.presses(person.say('desk.compose.check'), { within: form });
  assert.equal(await person.heading(), person.say(`desk.check.title-${audience}`));
  await person.reads(text, person.say('desk.check.not-yet'));
}

// tells writes and sends a note or a message.
export async function tells(person, audience, text, o = {}) {
  await writes(person, audience, text, o);
  await person.presses(person.say(`desk.check.send-${audience}`));
  await person.reads(person.say(`desk.done.${audience}`), text);
}

// movesTo moves the case along.
export async function movesTo(person, state, why) {
  const form = person.page.locator('section[aria-labelledby=s-step]');
  await person.fills({ to: state, why });
  await person.presses(person.say('desk.step.move'), { within: form });
  await person.reads(person.say('desk.done.state'), person.say(`common.state.${state}`));
}
