// Deadlines: a promised date that moves with a reason, one that the law sets, the 72
// hours of a breach and its risk, the list of dates and a calendar, and a member who is away.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, enters, integrity } from './complaint.mjs';
import { atTheDesk, opensCase } from './member.mjs';

// daysFrom is the parts of a date some days from now, as they are typed.
function daysFrom(days, name) {
  const at = new Date(Date.now() + days * 86_400_000);
  return { [`${name}.day`]: String(at.getDate()), [`${name}.month`]: String(at.getMonth() + 1), [`${name}.year`]: String(at.getFullYear()) };
}

test('deadlines of a case', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const { nele, thomas } = house.members;

  await inTwoWays(t, 'a date moves, and whoever was promised it sees why', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    // Each one-time password counts once, so the two take turns.
    const [me, other] = way.turn % 2 ? [thomas, nele] : [nele, thomas];
    const member = await atTheDesk(t, house, me.key, way);
    await opensCase(member, sent);

    await member.follows(member.say('common.clock.feedback'));
    await member.reads(member.say('desk.clock.fixed-law'), 'art. 9(1)(f)');
    assert.equal(await member.page.locator('input[name=act]').count(), 0, 'nobody can move it');

    await opensCase(member, sent);
    await member.follows(member.say('common.clock.triage'));
    await member.presses(member.say('common.save'), { status: 422 });
    await member.fills({ act: 'extended', why: 'The bank answers later.', ...daysFrom(1, 'to') });
    await member.presses(member.say('common.save'), { status: 422 });
    await member.isTold('to', member.say('error.clock-earlier'));
    assert.equal(await member.value('why'), 'The bank answers later.');
    await member.fills({ act: 'extended', ...daysFrom(40, 'to') });
    await member.presses(member.say('common.save'));
    await member.reads(member.say('desk.done.deadline'), 'The bank answers later.');

    await member.follows(member.say('desk.breach.link'));
    await member.fills({ time: '25:00', why: 'Our provider called.', ...daysFrom(-1, 'on') });
    await member.presses(member.say('desk.breach.start'), { status: 422 });
    await member.isTold('time', member.say('error.time-wrong'));
    await member.fills({ time: '8:05' });
    await member.presses(member.say('desk.breach.start'));
    await member.reads(member.say('desk.done.breach'), member.say('common.clock.breach-notice'));

    await member.follows(member.say('desk.breach.look'));
    await member.fills({ danger: 'There are account numbers in it.' });
    await member.presses(member.say('desk.risk.start'));
    await member.reads(member.say('desk.done.risk'), member.say('common.clock.breach-persons'));

    await member.follows(member.say('desk.nav.tasks'));
    await member.follows(member.say('desk.tasks.all'));
    await member.reads(sent.number, member.say('common.clock.breach-persons'));
    await member.follows(member.say('desk.calendar.link'));
    await member.presses(member.say(way.turn < 2 ? 'desk.calendar.new' : 'desk.calendar.renew'));
    const file = await fetch(await member.page.locator('#address').textContent());
    assert.equal(file.headers.get('content-type'), 'text/calendar; charset=utf-8');
    assert.match(await file.text(), /^BEGIN:VCALENDAR\r\n/);

    await enters(ingrid, sent);
    await ingrid.reads(ingrid.say('mailbox.moved.title'), 'The bank answers later.');
    await ingrid.misses('Our provider called.', 'There are account numbers in it.');

    await member.opens('/desk/profile/absence');
    await member.page.locator('select[name=deputy]').selectOption({ label: other.name });
    await member.fills({ ...daysFrom(0, 'from'), ...daysFrom(6, 'to') });
    await member.presses(member.say('common.save'));
    await member.reads(member.say('desk.profile.done-absence'), other.name);
  });
});
