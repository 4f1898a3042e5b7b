// What becomes of a case whose time has come: it is stopped, let go and erased by two
// members, and a certificate stays. Nobody needs scripts for it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, later } from './house.mjs';
import { atTheDesk } from './member.mjs';

const subject = 'Laptops verdwijnen uit de kast op het derde'; // closed months ago, with nothing found

test('a case is erased', { timeout: 10 * 60_000 }, async (t) => {
  let house = await openHouse(t);
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
    await thomas.follows(thomas.say('work.proceed'));
    await thomas.fills({ reason: 'De leverancier stapt naar de rechter', 'on.day': '1', 'on.month': '1', 'on.year': '2020' });
    await thomas.presses(thomas.say('desk.hold.set'), { status: 422 });
    await thomas.isTold('on', thomas.say('error.hold-date'));
    assert.equal(await thomas.value('reason'), 'De leverancier stapt naar de rechter');
    const next = new Date(Date.now() + 200 * 86_400_000);
    await thomas.fills({ 'on.day': '1', 'on.month': String(next.getMonth() + 1), 'on.year': String(next.getFullYear()) });
    await thomas.presses(thomas.say('desk.hold.set'));
    await thomas.reads(thomas.say('desk.done.hold-set'), 'De leverancier stapt naar de rechter');

    await thomas.unfolds(thomas.say('desk.side.keep'));
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

  // erases has one member ask, another sign, and the first erase what is due.
  const erases = async (one, other, at) => {
    await one.opens(`${at}/erase`);
    await one.fills({ why: 'De termijn is voorbij' });
    await one.presses(one.say('desk.erase.ask'));
    await other.opens(at);
    await signs(other, 'nele', 'thomas')();
    await one.opens(`${at}/erase`);
    await one.fills({ password: 'dit is het niet' });
    await one.presses(one.say('desk.erase.erase'), { status: 422 });
    await one.isTold('password', one.say('error.password-wrong'));
    await one.fills({ password: house.members.thomas.password });
    await one.presses(one.say('desk.erase.erase'));
  };
  const at = () => thomas.at.split('/').slice(0, 4).join('/');

  await t.test('two erase what was told; who it is stays for the last question (nl, no scripts)', async () => {
    await erases(thomas, nele, at());
    await thomas.reads(thomas.say('desk.done.part-erased'));
    await thomas.misses('Laptops');
    await nele.opens('/desk?view=all');
    await nele.misses(subject);
  });

  await t.test('two erase the rest, and a certificate stays (nl, no scripts)', async () => {
    const case_ = at();
    const number = case_.split('/').pop();
    house = await later(t, house, 800);
    const [first, second] = [await atTheDesk(t, house, 'thomas', quiet), await atTheDesk(t, house, 'nele', quiet)];
    await erases(first, second, case_);
    await first.reads(first.say('desk.certificate.done'), number);
    for (const person of [first, second]) await person.opens(case_, { status: 404 });
    await second.opens('/desk/erased');
    await second.follows(number);
    await second.reads(second.say('common.route.integrity'), second.say('common.outcome.unfounded'));
  });
});
