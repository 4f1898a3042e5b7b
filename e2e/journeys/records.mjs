// What members record of a case beside what they write: the sheets, and the agreement of
// a second member to a decision.
import { atTheDesk } from './member.mjs';

// records fills in a sheet of a case and saves it.
export async function records(person, number, sheet, values) {
  await person.opens(`/desk/case/${number}/records/${sheet}`);
  await person.fills(values);
  await person.presses(person.say('common.save'));
  await person.reads(person.say('work.done', { what: person.say(`work.sheet.${sheet}`) }));
}

// declares says that the member is impartial, as the desk asks before anything else.
export const declares = (person, number) => records(person, number, 'conflict', { none: 'none' });

// assesses records the first assessment of an integrity case.
export const assesses = (person, number) => records(person, number, 'triage', {
  severity: '3', urgency: 'soon', admissible: 'yes', act: 'no', risk: 'medium', plan: 'Nobody else hears the name.',
});

// decides records the decision, to which a colleague then agrees.
export async function decides(t, house, person, number, colleague) {
  await records(person, number, 'decision', { outcome: 'upheld', why: 'One person counted alone.' });
  await person.opens(`/desk/case/${number}/records/decision`);
  await person.reads(person.say('work.agree-none'));
  await person.fills({ reason: 'The report says how we know.' });
  await person.presses(person.say('work.agree-ask'));
  const other = await atTheDesk(t, house, colleague.key);
  await declares(other, number);
  await other.opens(`/desk/case/${number}`);
  await other.leadsTo(() => other.page.locator('.box.warn a').first().click());
  await other.reads('One person counted alone.', 'The report says how we know.');
  await other.fills({ verdict: 'approved', password: colleague.password });
  await other.presses(other.say('desk.request.sign'));
  await person.opens(`/desk/case/${number}/records/decision`);
  await person.reads(person.say('work.agree-given', { name: colleague.name }));
}
