// Who can read a case: stepping aside from it, and being let back in by two others.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { enters, integrity, sends, stories, writesInShort } from './complaint.mjs';
import { atTheDesk, counts, listed, opensCase, tells } from './member.mjs';

test('who can read a case', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const { nele, thomas, marc } = house.members;

  await inTwoWays(t, 'stepping aside and coming back', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const story = `${stories[way.lang]} ${thomas.name}`;
    const given = integrity(way.lang, { story });
    await writesInShort(ingrid, given); // the name is typed, yet it is not about him
    await ingrid.page.getByRole('group', { name: ingrid.say('form.names.question', { name: thomas.name }) }).getByText(ingrid.say('form.names.no')).click();
    await ingrid.presses(ingrid.say('form.names.save'));
    const sent = { ...given, ...(await sends(ingrid)) };

    const himself = await atTheDesk(t, house, 'thomas', way);
    const before = await counts(himself);
    await opensCase(himself, sent);
    await himself.reads(himself.say('desk.named.me'));
    await himself.follows(himself.say('desk.named.aside'));
    await himself.reads(himself.say('desk.aside.unread'));
    await himself.presses(himself.say('desk.aside.take'), { status: 422 });
    await himself.isTold('reason', himself.say('error.choose-one'));
    await himself.fills({ reason: 'me', why: 'I was on duty that evening.' });
    await himself.presses(himself.say('desk.aside.take'));
    assert.equal(himself.at, '/desk');
    assert.ok(!(await listed(himself)).some((s) => s.includes(sent.summary)));
    assert.notDeepEqual(await counts(himself), before, 'the counts leave it out');
    const none = [];
    for (const page of ['', '/access', '/close', '/log', '/story.pdf']) {
      const answers = [];
      for (const number of [sent.number, 'KB-0000-00']) {
        await himself.opens(`/desk/case/${number}${page}`, { status: 404 });
        answers.push((await himself.sees('body')).replaceAll(number, ''));
      }
      if (answers[0] !== answers[1]) none.push(page);
    }
    assert.deepEqual(none, [], 'the case answers like one that does not exist');

    const her = await atTheDesk(t, house, 'nele', way);
    await opensCase(her, sent);
    await her.reads(her.say('desk.event.access-stepped-aside', { name: thomas.name }));
    await her.reads(her.say('desk.event.access-alternative', { name: marc.name }));
    await tells(her, 'message', 'We go on without one of us.');
    await her.follows(her.say('desk.side.access'));
    await her.reads('I was on duty that evening.', her.say('desk.access.by-alternative'), marc.name);
    await her.follows(her.say('desk.access.ask-return', { name: thomas.name }));
    await her.presses(her.say('desk.return.send'), { status: 422 });
    await her.isTold('why', her.say('error.purpose-short', { min: 10 }));
    await her.fills({ why: 'It was another evening.' });
    await her.presses(her.say('desk.return.send'));
    await her.reads(her.say('desk.access.done-asked'));

    await enters(ingrid, sent);
    await ingrid.reads('We go on without one of us.');
    await ingrid.misses('on duty that evening', 'another evening');

    const another = await atTheDesk(t, house, 'marc', way);
    await another.opens(`/desk/case/${sent.number}/access`);
    await another.reads('It was another evening.');
    await another.follows(another.say('desk.access.decide'));
    await another.fills({ verdict: 'approved', password: marc.password });
    await another.presses(another.say('desk.request.sign'));
    await himself.opens(`/desk/case/${sent.number}`, { status: 404 });

    await her.opens(`/desk/case/${sent.number}/access`);
    await her.presses(her.say('desk.access.let-in', { name: thomas.name }));
    await her.reads(her.say('desk.access.done-returned'), nele.name, thomas.name);
    await opensCase(himself, sent);
    await himself.reads(story, 'We go on without one of us.', himself.say('desk.event.access-returned', { name: thomas.name }));
  });
});
