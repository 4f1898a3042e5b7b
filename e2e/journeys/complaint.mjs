// How a person complains, in the words of the form.
import assert from 'node:assert/strict';

// stories are what people write; each is long enough to need no second question.
export const stories = {
  nl: 'Drie weken geleden vroeg ik een attest. Niemand antwoordde, ook niet op mijn tweede brief. ✓ é ü ß',
  fr: 'Il y a trois semaines, j’ai demandé une attestation. Personne n’a répondu, même à ma deuxième lettre. ✓ é ü ß',
  en: 'Three weeks ago I asked for a certificate. Nobody answered, not even my second letter. ✓ é ü ß',
  de: 'Vor drei Wochen bat ich um eine Bescheinigung. Niemand antwortete, auch nicht auf meinen zweiten Brief. ✓ é ü ß',
};

let told = 0;

// about is what a person of our journeys answers. What a question page does not ask
// is simply not used.
const about = (lang, more) => ({
  story: stories[lang],
  summary: `Journey ${process.pid}-${++told}`, // by which the case is found again
  first_name: 'Ingrid',
  last_name: 'Vandersmissen',
  email: `ingrid${told}@mail.example`,
  privacy_read: 'yes',
  ...more,
});

export const general = (lang, more) => about(lang, { topics: ['response-time'], ...more });

const strict = { concerns: 'none', relation: 'employee', how_known: 'saw-it', for_whom: 'me', best_knowledge: 'yes' };

export const privacy = (lang, more) => about(lang, { topics: ['data-breach'], ...strict, data_kinds: ['contact', 'payment'], ...more });

export const integrity = (lang, more) =>
  about(lang, {
    topics: ['theft'], ...strict, danger: 'no', amount: '1500', 'persons.0.name': 'The man at the front desk', fear: 'unknown', ...more,
  });

// begins goes from the public page to the first question.
export async function begins(person) {
  await person.opens(`/${person.lang}/`);
  await person.follows(person.say('public.start'));
  assert.equal(person.step, 'topics');
}

// answers goes on from page to page with answers until one is reached: the check
// page, or the question named by until. It returns the questions that were asked.
export async function answers(person, given, { until = 'check', files = [] } = {}) {
  const asked = [];
  for (let pages = 0; pages < 50; pages++) {
    const step = person.step;
    if (step === until) return asked;
    asked.push(step);
    await person.fills(given);
    if (step === 'files' && files.length > 0) await choosesFiles(person, files);
    await person.presses(person.say('common.continue'));
    assert.notEqual(person.step, step, `the form goes on after ${step}`);
  }
  throw new Error(`the form has no end: ${asked.join(' ')}`);
}

// writesUpTo begins and answers up to a question, or to the check page.
export async function writesUpTo(person, until, given, o = {}) {
  await begins(person);
  return answers(person, given, { until, ...o });
}

export const file = (name, text = `what stands in ${name}`) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

export const choosesFiles = (person, files) => person.page.locator('main input[type=file]').setInputFiles(files);

// addsFiles adds files with the button that stays on the page.
export async function addsFiles(person, ...files) {
  await choosesFiles(person, files);
  await person.presses(person.say('common.add-files'));
}

export async function removesFile(person, name) {
  await person.presses(`${person.say('common.remove')} ${name}`);
}

// addedFiles are the names of the files that stand on the page.
export const addedFiles = (person) =>
  person.page.evaluate(() => [...document.querySelectorAll('ul.files li > span')].map((e) => e.firstChild.textContent.trim().replace(/\s*\($/, '')));

// sends sends from the check page and returns what the receipt shows.
export async function sends(person) {
  assert.equal(person.step, 'check');
  await person.presses(person.say('form.check.send'));
  return receipt(person);
}

// receipt is the number and the code that the page shows.
export async function receipt(person) {
  assert.equal(person.at, `/${person.lang}/receipt`, `no receipt: ${await person.heading()}`);
  const [number] = (await person.sees()).match(/KB-[0-9A-Z]{4}-[0-9A-Z]{2}/) ?? [];
  const code = await shownCode(person);
  assert.ok(number, 'the receipt shows a number');
  return { number, code };
}

// shownCode is a code as it stands on the page.
export async function shownCode(person) {
  const groups = await person.page.locator('#code span:not(.vh)').allTextContents();
  const code = groups.join('-');
  assert.match(code, /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/);
  return code;
}

// answersOnly opens questions by their address and answers them.
export async function answersOnly(person, steps, given) {
  for (const step of steps) {
    await person.opens(`/${person.lang}/complaint/${step}`);
    await person.fills(given);
    await person.presses(person.say('common.continue'));
  }
}

// writesInShort answers only the questions that must be answered, up to the check
// page, for journeys that are about something else than the questions.
export async function writesInShort(person, given) {
  const integrity = given.danger ? ['danger', 'concerns', 'relation', 'how-known', 'for-whom'] : [];
  const strict = given.concerns ? ['concerns'] : [];
  await answersOnly(person, ['topics', ...(given.danger ? integrity : strict), 'story', 'name', 'reach', 'declaration'], given);
  await person.opens(`/${person.lang}/complaint/check`);
}

// complainsInShort does that and sends.
export async function complainsInShort(person, given) {
  await writesInShort(person, given);
  return { ...given, ...(await sends(person)) };
}

// enters opens the messages about a complaint with its code.
export async function enters(person, { code, number }) {
  await person.opens(`/${person.lang}/mailbox`);
  await person.fills({ code });
  await person.presses(person.say('mailbox.enter.button'));
  await person.reads(number);
}
