// What becomes of a case whose time has come: it is stopped, let go and erased by two
// members, and a certificate stays. Nobody needs scripts for it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse } from './house.mjs';
import { atTheDesk } from './member.mjs';

const subject = 'Laptops verdwijnen uit de kast op het derde'; // closed months ago, with nothing found

test('a case is erased', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const quiet = { js: false, lang: 'nl' };
  const thomas = await atTheDesk(t, house, 'thomas', quiet);
  const nele = await atTheDesk(t, house, 'nele', quiet);
  const signs = (person, who, name) => async () => {
    await person.leadsTo(() => person.page.locator('main a[href*="/request/"]').first().click());
    await person.reads(house.members[name].name);
    await person.fills({ verdict: 'approved', password: house.members[who].password });
    await person.presses(person.say('desk.request.sign'));
    await person.reads(person.say('desk.done.decided'));
  };

  await t.test('it is proposed, held and let go (nl, no scripts)', async () => {
    await thomas.opens('/desk?view=erase');
    await thomas.follows(subject, { exact: false });
    await thomas.reads(thomas.say('desk.next.erase'));
    await thomas.follows(thomas.say('desk.erase.link'));
    await thomas.fills({ reason: 'De leverancier stapt naar de rechter', 'on.day': '1', 'on.month': '1', 'on.year': '2020' });
    await thomas.presses(thomas.say('desk.hold.set'), { status: 422 });
    await thomas.isTold('on', thomas.say('error.hold-date'));
    assert.equal(await thomas.value('reason'), 'De leverancier stapt naar de rechter');
    const next = new Date(Date.now() + 200 * 86_400_000);
    await thomas.fills({ 'on.day': '1', 'on.month': String(next.getMonth() + 1), 'on.year': String(next.getFullYear()) });
    await thomas.presses(thomas.say('desk.hold.set'));
    await thomas.reads(thomas.say('desk.done.hold-set'), 'De leverancier stapt naar de rechter');

    await thomas.follows(thomas.say('desk.erase.link'));
    await thomas.fills({ why: 'De zaak is geregeld' });
    await thomas.presses(thomas.say('desk.erase.ask'));
    await thomas.reads(thomas.say('desk.done.asked'));
    await nele.opens(thomas.at);
    await signs(nele, 'nele', 'thomas')();
    await thomas.opens(`${thomas.at}/erase`);
    await thomas.presses(thomas.say('desk.hold.lift'));
    await thomas.reads(thomas.say('desk.done.hold-lifted'), 'De zaak is geregeld');
  });

  await t.test('two erase it, and a certificate stays (nl, no scripts)', async () => {
    const at = thomas.at;
    const number = at.split('/').pop();
    await thomas.follows(thomas.say('desk.erase.link'));
    await thomas.fills({ why: 'De termijn is voorbij' });
    await thomas.presses(thomas.say('desk.erase.ask'));
    await nele.opens(at);
    await signs(nele, 'nele', 'thomas')();
    await thomas.opens(`${at}/erase`);
    await thomas.fills({ password: 'dit is het niet' });
    await thomas.presses(thomas.say('desk.erase.erase'), { status: 422 });
    await thomas.isTold('password', thomas.say('error.password-wrong'));
    await thomas.fills({ password: house.members.thomas.password });
    await thomas.presses(thomas.say('desk.erase.erase'));
    await thomas.reads(thomas.say('desk.certificate.done'), number);
    await thomas.misses('Laptops');

    for (const person of [thomas, nele]) await person.opens(at, { status: 404 });
    await nele.opens('/desk/erased');
    await nele.follows(number);
    await nele.reads(nele.say('common.route.integrity'), nele.say('common.outcome.unfounded'));
    await nele.opens('/desk?view=all');
    await nele.misses(subject);
  });
});
