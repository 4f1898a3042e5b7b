// What is lost comes back: a password, and with it the cases; and the yearly drill.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, general } from './complaint.mjs';
import { atTheDesk, listed, nextPassword, signsIn } from './member.mjs';

test('what is lost comes back', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const service = ['sofie', 'karim', 'julie'];

  await inTwoWays(t, 'a lost password', async (t, way) => {
    const turn = way.turn;
    const who = service[turn % 3];
    const colleague = service[(turn + 1) % 3];
    const lost = house.members[who];
    const sent = await complainsInShort(await someone(t, house, way), general(way.lang));

    const els = await atTheDesk(t, house, 'els', way);
    await els.follows(els.say('desk.nav.people'));
    await els.follows(lost.name);
    await els.follows(els.say('restore.reset-go'));
    await els.fills({ password: 'not my password' });
    await els.presses(els.say('restore.reset-start'), { status: 422 });
    await els.isTold('password', els.say('error.password-wrong'));
    await els.fills({ password: house.members.els.password });
    await els.presses(els.say('restore.reset-start'));
    const [link] = (await els.sees()).match(/\/desk\/enrol\/[\w-]+/);

    const herself = await someone(t, house, way);
    await herself.opens(link);
    herself.speaks(lost.language);
    await herself.reads(herself.say('restore.enrol-hello', { name: lost.name }));
    lost.password = `helmgras-duinroos-${turn}${turn}`;
    await herself.fills({ password: lost.password });
    await herself.presses(herself.say('common.continue'));
    lost.totp = (await herself.sees('.code')).replace(/\s/g, '');
    delete lost.used;
    await herself.fills({ code: await nextPassword(lost) });
    await herself.presses(herself.say('desk.factor.confirm'));
    assert.equal(await herself.heading(), herself.say('restore.renewed-title'));
    const mark = await herself.sees('li:nth-of-type(2) .code');

    const helper = await atTheDesk(t, house, colleague, way);
    await helper.opens('/desk/people');
    await helper.leadsTo(() => helper.page.locator('tr').filter({ hasText: lost.name }).getByRole('link', { name: helper.say('desk.change.title-rekey') }).click());
    assert.equal(await helper.sees('.code'), mark, 'both see one fingerprint');
    await helper.fills({ compared: 'yes', password: house.members[colleague].password });
    await helper.presses(helper.say('desk.change.sign'));

    await herself.follows(herself.say('restore.renewed-signin'));
    herself.speaks();
    await signsIn(herself, lost);
    await herself.reads(herself.say('restore.waiting'));
    assert.deepEqual(await listed(herself), [], 'new keys open nothing');
    await herself.opens(`/desk/case/${sent.number}`, { status: 404 });

    await helper.opens('/desk');
    await helper.follows(helper.say('restore.notice-link'));
    assert.equal(await helper.sees('.code'), mark);
    await helper.fills({ password: house.members[colleague].password });
    await helper.presses(helper.say('restore.all'), { status: 422 });
    await helper.isTold('compared', helper.say('error.not-compared'));
    await helper.fills({ compared: 'yes', password: house.members[colleague].password });
    await helper.presses(helper.say('restore.all'));
    await helper.reads(helper.say('restore.nobody'));

    await herself.opens(`/desk/case/${sent.number}`);
    await herself.reads(sent.story);
    await herself.opens('/desk');
    await herself.misses(herself.say('restore.waiting'));
  });

  await t.test('the yearly drill', async (t) => {
    const els = await atTheDesk(t, house, 'els');
    await els.opens('/desk/drill');
    await els.presses(els.say('drill.start'));
    await els.presses(els.say('drill.open'));
    const word = await els.sees('.code');
    const julie = await atTheDesk(t, house, 'julie');
    await julie.reads(julie.say('drill.notice-mine'));
    await julie.follows(julie.say('drill.link'));
    await julie.presses(julie.say('drill.open'));
    assert.equal(await julie.sees('.code'), word, 'both read one word');
    await julie.opens('/desk');
    await julie.misses(julie.say('drill.notice-mine'));
  });
});
