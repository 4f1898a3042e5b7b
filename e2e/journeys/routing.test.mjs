// A configurator asks that complaints about a topic go to the other team, sees what that means
// by name, and a colleague signs the same. Until the date nothing goes otherwise; from then on
// it does, and what came in before stays where it is.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, later, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, general } from './complaint.mjs';
import { atTheDesk, listed } from './member.mjs';

// has reports whether a member's list holds what somebody sent.
const has = (list, sent) => list.some((subject) => subject.includes(sent.summary));

const place = 'topics.communication.team';

test('where complaints go', { timeout: 10 * 60_000 }, async (t) => {
  await inTwoWays(t, 'two change where complaints go, and it holds from a date', async (t, way) => {
    const house = await openHouse(t);
    const { nele, thomas, sofie } = house.members;
    const asks = await atTheDesk(t, house, 'nele', way);
    await asks.opens('/desk/settings');
    await asks.follows(asks.say('settings.routing-link'));
    await asks.follows(asks.say('settings.routing-change'));
    await asks.page.locator(`select[name="${place}"]`).selectOption('complaints');
    await asks.presses(asks.say('settings.routing-look'));
    const meaning = [asks.say('settings.routing-gains'), asks.say('settings.routing-loses'), nele.name, thomas.name, sofie.name];
    await asks.reads(...meaning, asks.say('settings.routing-kept'));
    await asks.presses(asks.say('settings.routing-ask'));
    assert.equal(await asks.heading(), asks.say('desk.change.title-routing'));
    await asks.reads(...meaning);
    const at = new URL(asks.page.url()).pathname;
    await asks.fills({ password: nele.password });
    await asks.presses(asks.say('desk.change.sign'));

    const signs = await atTheDesk(t, house, 'thomas', way);
    await signs.opens(at);
    await signs.reads(...meaning, signs.say('settings.routing-kept'));
    await signs.fills({ password: thomas.password });
    await signs.presses(signs.say('desk.change.sign'));
    const coming = asks.say('settings.routing-coming').split('{')[0].trim();
    await asks.opens('/desk/settings');
    await asks.reads(coming);

    const told = (more) => general(way.lang, { topics: ['communication'], ...more });
    const early = await complainsInShort(await someone(t, house, way), told());
    const service = await atTheDesk(t, house, 'sofie', way);
    assert.ok(has(await listed(service), early), 'until then the team of before receives it');

    const then = await later(t, house, 2);
    const late = await complainsInShort(await someone(t, then, way), told());
    const complaints = await atTheDesk(t, then, 'nele', way);
    const subjects = await listed(complaints);
    assert.ok(has(subjects, late), 'from then on the other team receives it');
    assert.ok(!has(subjects, early), 'what came in before stays where it is');
    const before = await listed(await atTheDesk(t, then, 'sofie', way));
    assert.ok(has(before, early) && !has(before, late));
    await complaints.opens('/desk/settings/routing');
    await complaints.misses(coming);
  });
});
