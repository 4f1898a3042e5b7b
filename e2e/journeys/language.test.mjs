// Somebody who changes the language in the middle of a page, on every page.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse } from './house.mjs';
import { someone } from './person.mjs';
import { choosesFiles, complainsInShort, enters, file, general, integrity, shownCode } from './complaint.mjs';
import { atTheDesk, opensCase, signsIn } from './member.mjs';

const way = { js: false }; // no page has a script, so with them it is the same

test('another language loses nothing that is typed', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  await t.test('while a complaint is made', async (t) => {
    const ingrid = await someone(t, house, { lang: 'nl', ...way });
    const mine = integrity('nl', { story: 'Thomas Dubois nam drie keer geld uit de kas, en ik heb het zelf gezien.' });
    await ingrid.opens('/nl/resume');
    await holds(ingrid);
    await ingrid.opens('/nl/');
    await ingrid.follows(ingrid.say('public.start'));
    const asked = [];
    while (!ingrid.step.startsWith('check')) {
      if (await typedIn(ingrid)) {
        asked.push(ingrid.step);
        await holds(ingrid, { everything: false, mine });
      }
      await ingrid.fills(mine);
      await ingrid.presses(ingrid.say('common.continue'));
    }
    assert.ok(asked.length > 12, `only ${asked} asked something`);
    await holds(ingrid); // whether it is about Thomas
    await ingrid.fills(await answersToNames(ingrid));
    await ingrid.presses(ingrid.say('form.names.save'));
    await ingrid.presses(ingrid.say('common.save-and-return'));
    const code = await shownCode(ingrid);
    for (const lang of ['fr', 'en', 'de', 'nl']) {
      await ingrid.switchesTo(lang);
      assert.equal(await shownCode(ingrid), code, 'the code to come back is the same in every language');
    }
    await ingrid.follows(ingrid.say('form.keep.go-on'));
    await ingrid.presses(ingrid.say('form.check.send'));
    await holds(ingrid); // the tick of the receipt
    await ingrid.presses(ingrid.say('public.receipt.finish'));
    assert.equal(await ingrid.heading(), ingrid.say('public.kept.title'));
  });

  await t.test('while the messages are read', async (t) => {
    const ingrid = await someone(t, house, { lang: 'nl', ...way });
    const sent = await complainsInShort(ingrid, general('nl'));
    const later = await someone(t, house, { lang: 'nl', ...way });
    await later.opens('/nl/mailbox');
    await holds(later);
    await enters(later, sent);
    await later.fills({ text: 'Half een bericht\n\nen nog een regel' });
    await choosesFiles(later, [file('brief.txt')]);
    for (const lang of ['fr', 'en', 'de', 'nl']) {
      await later.switchesTo(lang);
      assert.equal(await later.value('text'), 'Half een bericht\n\nen nog een regel');
      await later.reads('brief.txt');
    }
    for (const page of ['conversation', 'contact', 'withdraw']) {
      await later.opens(`/nl/mailbox/${page}`);
      await holds(later);
    }
  });

  await t.test('at the desk', async (t) => {
    const ingrid = await someone(t, house, { lang: 'nl', ...way });
    const sent = await complainsInShort(ingrid, integrity('nl'));
    const stranger = await someone(t, house, { lang: 'nl', ...way });
    await stranger.opens('/desk');
    await stranger.fills({ email: 'half@an.address' });
    for (const lang of ['fr', 'en', 'de', 'nl']) {
      await stranger.switchesTo(lang);
      assert.equal(await stranger.value('email'), 'half@an.address');
    }
    const nele = await atTheDesk(t, house, 'nele', way);
    await opensCase(nele, sent);
    await holds(nele);
    await nele.opens(`/desk/case/${sent.number}`);
    await choosesFiles(nele, [file('bewijs.pdf')]);
    await nele.fills({ text: 'Een halve nota' });
    await nele.switchesTo('de');
    await nele.reads('bewijs.pdf', nele.say('common.choose-again', { n: 1 }));
    assert.equal(await nele.value('text'), 'Een halve nota');
    await nele.switchesTo('nl');
    for (const page of [`/desk/case/${sent.number}/close`, `/desk/case/${sent.number}/identity`, '/desk/people', '/desk']) {
      await nele.opens(page);
      await holds(nele);
    }
    house.members.nele.language = nele.lang;
  });

  await t.test('the language that a member chose is there at the next sign-in', async (t) => {
    const julie = await atTheDesk(t, house, 'julie', { lang: 'de' });
    await julie.presses(julie.say('common.sign-out'));
    julie.speaks();
    await julie.opens('/desk');
    await signsIn(julie, house.members.julie);
    assert.equal(await julie.page.locator('html').getAttribute('lang'), 'de');
  });
});

// typedIn reports whether the page has something to type or choose.
const typedIn = async (person) => (await standing(person)).length > 0;

// standing is what stands in each control of the page, by name, in order.
const standing = (person) =>
  person.page.evaluate(() =>
    [...document.querySelectorAll('main input, main textarea, main select')]
      .filter((e) => !['hidden', 'file', 'password'].includes(e.type))
      .map((e) => [e.name, ['radio', 'checkbox'].includes(e.type) ? `${e.value} ${e.checked}` : e.value]),
  );

// holds types and chooses on the whole page, goes through the languages, and expects
// the same to stand there each time. A question is filled in with a person's own
// answers, because they decide what is asked next.
async function holds(person, { everything = true, mine = {} } = {}) {
  if (everything) await typesEverywhere(person);
  else await person.fills(mine);
  const typed = await standing(person);
  assert.ok(typed.length > 0, `${person.at} asks nothing`);
  const start = person.lang;
  for (const lang of ['fr', 'en', 'de', 'nl'].filter((l) => l !== start).concat(start)) {
    await person.switchesTo(lang);
    assert.deepEqual(await standing(person), typed, `${person.at} in ${lang}`);
  }
}

async function typesEverywhere(person) {
  const folded = person.page.locator('main details:not([open]):has(input, textarea, select) > summary');
  for (let n = await folded.count(); n > 0; n--) await folded.first().click();
  const fields = person.page.locator('main :is(input[type=text], input[type=email], input[type=tel], textarea)');
  for (const [n, field] of (await fields.all()).entries()) await field.fill(`“${n}” <é> & niet verzonden`);
  for (const select of await person.page.locator('main select').all()) {
    const values = await select.locator('option').evaluateAll((list) => list.map((o) => o.value));
    await select.selectOption(values.at(-1));
  }
  for (const box of await person.page.locator('main .choice').all()) await box.locator('label').click();
}

// answersToNames says of every member who was named that it is not about them.
const answersToNames = async (person) =>
  Object.fromEntries((await standing(person)).map(([name]) => name).filter((n) => n.startsWith('named.')).map((n) => [n, 'no']));
