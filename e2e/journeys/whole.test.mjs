// Three complaints from their first word to their last: a general one to its erasure, an
// integrity case with an investigation and what follows for who spoke, and a data breach
// with its 72 hours. Whoever complains uses a phone without scripts.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, later } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, enters, general, integrity, privacy, receipt, stories } from './complaint.mjs';
import { atTheDesk, listed, movesTo, opensCase, tells } from './member.mjs';
import { assesses, decides, declares, records } from './records.mjs';

const quiet = { js: false, lang: 'nl' };
const minutes = 60_000;

// takesCharge makes a member responsible for the case that is open.
async function takesCharge(person, name) {
  await person.page.locator('select[name=member]').selectOption({ label: name });
  await person.presses(person.say('common.save'), { within: person.page.locator('section[aria-labelledby=s-charge]') });
}

// closes tells the complainant what was done and why, and closes the case.
async function closes(person, number, feedback, why) {
  await person.opens(`/desk/case/${number}/close`);
  await person.fills({ outcome: 'upheld', feedback, why });
  await person.presses(person.say('desk.compose.check'));
  await person.reads(feedback, why);
  await person.presses(person.say('desk.check.send-outcome'));
  await person.reads(person.say('desk.done.outcome'));
}

const dayOf = (at, name) => ({ [`${name}.day`]: String(at.getDate()), [`${name}.month`]: String(at.getMonth() + 1), [`${name}.year`]: String(at.getFullYear()) });

test('a general complaint, from arrival to erasure', { timeout: 6 * minutes }, async (t) => {
  let house = await openHouse(t);
  const ingrid = await someone(t, house, quiet);
  const sent = await complainsInShort(ingrid, general('nl'));
  const sofie = await atTheDesk(t, house, 'sofie', quiet);
  await opensCase(sofie, sent, 'unassigned');
  await takesCharge(sofie, house.members.sofie.name);
  await tells(sofie, 'message', 'Wij zoeken uw attest op en schrijven u deze week.');

  await enters(ingrid, sent);
  await ingrid.reads('Wij zoeken uw attest op en schrijven u deze week.');
  await ingrid.fills({ text: 'Het gaat om het attest van vorig jaar.' });
  await ingrid.presses(ingrid.say('mailbox.send'));
  await ingrid.reads('Het gaat om het attest van vorig jaar.');

  await opensCase(sofie, sent, 'mine');
  await sofie.reads('Het gaat om het attest van vorig jaar.', sofie.say('desk.next.answer'));
  await movesTo(sofie, 'handling', 'Wij kennen het antwoord.');
  await closes(sofie, sent.number, 'U kreeg het attest vandaag per post.', 'Het lag bij de verkeerde dienst.');
  await ingrid.opens('/nl/mailbox/case');
  await ingrid.reads('U kreeg het attest vandaag per post.', 'Het lag bij de verkeerde dienst.', ingrid.say('mailbox.kept.title'));

  house = await later(t, house, 3 * 366);
  const again = await someone(t, house, quiet);
  await enters(again, sent);
  const back = await atTheDesk(t, house, 'sofie', quiet);
  assert.ok((await listed(back, 'erase')).some((s) => s.includes(sent.summary)), 'the desk proposes to erase it');
  await opensCase(back, sent, 'erase');
  await back.reads(back.say('desk.next.erase'));
  await back.follows(back.say('work.proceed'));
  await back.fills({ password: house.members.sofie.password });
  await back.presses(back.say('desk.erase.erase'));
  await back.reads(back.say('desk.certificate.done'), sent.number);
  await back.opens(`/desk/case/${sent.number}`, { status: 404 });
  await again.opens('/nl/mailbox');
  await again.fills({ code: sent.code });
  await again.presses(again.say('mailbox.enter.button'), { status: 422 });
  await again.misses(sent.summary, stories.nl);
});

test('an integrity case: investigation, exclusion, and what follows for who spoke', { timeout: 8 * minutes }, async (t) => {
  let house = await openHouse(t);
  const { nele, marc, thomas } = house.members;
  const ingrid = await someone(t, house, quiet);
  const sent = await complainsInShort(ingrid, integrity('nl'));

  const himself = await atTheDesk(t, house, 'thomas', quiet);
  await himself.opens(`/desk/case/${sent.number}/access/aside`);
  await himself.fills({ reason: 'me', why: 'Ik werkte die avond mee aan de balie.' });
  await himself.presses(himself.say('desk.aside.take'));
  await himself.opens(`/desk/case/${sent.number}`, { status: 404 });

  const her = await atTheDesk(t, house, 'nele', quiet);
  await opensCase(her, sent);
  await her.reads(her.say('desk.event.access-stepped-aside', { name: thomas.name }), her.say('desk.event.access-alternative', { name: marc.name }));
  await declares(her, sent.number);
  await her.opens(`/desk/case/${sent.number}`);
  await takesCharge(her, nele.name);
  await movesTo(her, 'triage', 'Het gaat om geld.');
  await assesses(her, sent.number);
  await records(her, sent.number, 'regime', { regime: 'follow-up', why: 'Wij volgen een klacht op.' });
  await records(her, sent.number, 'plan', { question: 'Wie telde de kas?', steps: 'Bonnen en rooster opvragen.', who: nele.name });
  await her.opens(`/desk/case/${sent.number}`);
  await movesTo(her, 'investigation', 'Er is genoeg om uit te zoeken.');
  await records(her, sent.number, 'person', { name: 'Koen Willems', role: 'concerned', function: 'Balie', reply: 'asked' });
  await her.opens(`/desk/case/${sent.number}`);
  await her.reads(her.say('common.clock.person-notice'), her.say('desk.next.allegation'));
  await records(her, sent.number, 'allegation', { what: 'De kas was te laag', about: 'Koen Willems', finding: 'upheld', why: 'De bonnen tonen het.' });
  await her.opens(`/desk/case/${sent.number}`);
  await her.reads(her.say('desk.next.reply'));
  await her.opens(`/desk/case/${sent.number}/records`);
  await her.follows('Koen Willems', { exact: false });
  await her.fills({ reply: 'given', 'reply-words': 'Hij zei dat hij alleen telde.', ...dayOf(new Date(), 'told') });
  await her.presses(her.say('common.save'));
  const written = { mandate: 'Wie telde.', done: 'Wij vroegen het rooster op.', facts: 'Eén persoon telde alleen.', findings: 'Niemand keek na.' };
  await records(her, sent.number, 'report', written);
  await her.opens(`/desk/case/${sent.number}`);
  await movesTo(her, 'decision', 'Wij weten wat er gebeurde.');
  await decides(t, house, her, sent.number, marc);
  await records(her, sent.number, 'measure', { what: 'Twee mensen tellen de kas', kind: 'control', owner: nele.name, ...dayOf(new Date(Date.now() + 20 * 86_400_000), 'due') });
  await closes(her, sent.number, 'Voortaan tellen twee mensen de kas.', 'Eén persoon telde alleen.');
  await enters(ingrid, sent);
  await ingrid.reads('Voortaan tellen twee mensen de kas.', ingrid.say('watch.dates-title'));
  await ingrid.misses('Koen Willems zei', 'Hij zei dat hij alleen telde.');

  house = await later(t, house, 33);
  const after = await someone(t, house, quiet);
  await enters(after, sent);
  await after.reads(after.say('watch.asked-title'));
  await after.follows(after.say('watch.answer-link'));
  await after.fills({ way: 'badly', text: 'Sinds de kas krijg ik geen diensten meer.' });
  await after.presses(after.say('watch.send-answer'), { status: 422 });
  await after.reads(after.say('watch.apart'));
  // The alternative recipient handled the complaint as well; whoever complains chooses them.
  const team = await after.page.evaluate(() => [...document.querySelectorAll('input[name=leave]')].map((e) => e.value));
  await after.fills({ leave: team.filter((v) => v.startsWith('handled.complaints.')), who: 'same' });
  await after.presses(after.say('watch.button'));
  const second = await receipt(after);
  const handler = await atTheDesk(t, house, 'nele', quiet);
  await handler.opens(`/desk/case/${second.number}`, { status: 404 });
  await handler.opens(`/desk/case/${sent.number}`);
  await handler.misses(second.number, 'Sinds de kas krijg ik geen diensten meer.');
  const other = await atTheDesk(t, house, 'marc', quiet);
  await other.opens(`/desk/case/${second.number}`);
  await other.reads('Sinds de kas krijg ik geen diensten meer.', sent.number);
});

test('a data breach, and its 72 hours', { timeout: 6 * minutes }, async (t) => {
  let house = await openHouse(t);
  const { nele } = house.members;
  const ingrid = await someone(t, house, quiet);
  const sent = await complainsInShort(ingrid, privacy('nl'));
  const her = await atTheDesk(t, house, 'nele', quiet);
  const at = `/desk/case/${sent.number}`;
  await declares(her, sent.number);
  await her.opens(at);
  await takesCharge(her, nele.name);
  await movesTo(her, 'triage', 'Het gaat om een lijst met namen.');
  await records(her, sent.number, 'breach', {
    breach: 'yes', facts: 'Een lijst ging naar een verkeerd adres.', data: ['contact'], people: '12 donateurs', effects: 'Ongewenste mails', measures: 'De lijst is gewist.',
  });
  await her.opens(at);
  await her.reads(her.say('desk.next.breach-known'));
  await her.opens(`${at}/breach`);
  await her.fills({ time: '00:05', why: 'De leverancier belde.', ...dayOf(new Date(Date.now() - 86_400_000), 'on') });
  await her.presses(her.say('desk.breach.start'));
  await her.reads(her.say('desk.done.breach'), her.say('common.clock.breach-notice'), her.say('desk.next.breach'));

  house = await later(t, house, 1);
  const next = await atTheDesk(t, house, 'nele', quiet);
  await next.opens('/desk/tasks');
  await next.reads(sent.number, next.say('common.clock.breach-notice'));
  await next.opens(`${at}/records/breach`);
  await next.fills({
    notify: 'yes', reasons: 'De lijst is niet versleuteld.', reference: 'GBA-2026-118', high: 'no', ...dayOf(new Date(Date.now() + 86_400_000), 'sent'),
  });
  await next.presses(next.say('common.save'));
  await next.opens(at);
  assert.ok(!(await next.sees()).includes(next.say('desk.next.breach')), 'nothing of the 72 hours is left to do');
  await records(next, sent.number, 'triage', { severity: '2', urgency: 'soon', admissible: 'yes', act: 'no', risk: 'low' });
  await closes(next, sent.number, 'Wij meldden het lek en schreven de twaalf mensen aan.', 'Een adres werd verkeerd getypt.');
  const again = await someone(t, house, quiet);
  await enters(again, sent);
  await again.reads('Wij meldden het lek en schreven de twaalf mensen aan.');
  await again.misses('GBA-2026-118');
});
