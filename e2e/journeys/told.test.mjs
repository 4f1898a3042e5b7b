// Somebody calls: a member writes down what they tell, and hands over a code. The person
// reads the minutes on a telephone and corrects them; the member sees it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inEveryWay } from './house.mjs';
import { someone } from './person.mjs';
import { shownCode } from './complaint.mjs';
import { atTheDesk } from './member.mjs';

const call = (lang) => {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Brussels' }).format(new Date(Date.now() - 86_400_000)).split('-');
  return {
    'told.channel': 'phone', 'told.on.day': day, 'told.on.month': month, 'told.on.year': year, 'told.written': lang,
    topics: ['communication'], story: 'The letter of March 3 said another amount than the one of March 9.', last_name: 'Dubois',
    phone: '0470 12 34 56', language: lang,
  };
};

test('told by phone', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const sofie = await atTheDesk(t, house, 'sofie', { js: false });
  const { password } = house.members.sofie;

  await inEveryWay(t, 'a call is registered, its minutes are corrected', async (t, way) => {
    await sofie.opens('/desk');
    await sofie.follows(sofie.say('told.link'));
    await sofie.fills(call(way.lang));
    await sofie.presses(sofie.say('told.check'));
    await sofie.reads(sofie.say('told.note-more'));
    await sofie.presses(sofie.say('told.check'), { status: 422 });
    await sofie.isTold('told.consent', sofie.say('told.consent-missing'));
    assert.equal(await sofie.value('last_name'), 'Dubois');
    await sofie.fills({ 'told.consent': 'none' });
    await sofie.presses(sofie.say('told.check'));
    await sofie.reads(sofie.say('told.check-lead'), 'Dubois', sofie.say('told.then-minutes'));
    await sofie.presses(sofie.say('told.register'));
    await sofie.reads(sofie.say('desk.done.registered'), sofie.say('told.event-minutes'));
    const at = sofie.at;

    await sofie.opens(`${at}/code/person`);
    await sofie.fills({ why: 'Voorgelezen aan de telefoon', password });
    await sofie.presses(sofie.say('desk.code.hand'));
    const handed = await shownCode(sofie);
    const letter = await sofie.context.request.get(`${house.url}${at}/code/handed.pdf`);
    assert.equal((await letter.body()).subarray(0, 5).toString(), '%PDF-');
    await sofie.presses(sofie.say('desk.code.given'));
    await sofie.misses(handed);

    const ingrid = await someone(t, house, { ...way, viewport: { width: 320, height: 640 } });
    await ingrid.opens(`/${way.lang}/mailbox`);
    await ingrid.fills({ code: handed });
    await ingrid.presses(ingrid.say('mailbox.enter.button'));
    await ingrid.presses(ingrid.say('mailbox.code.draw'));
    await ingrid.fills({ kept: 'yes' });
    await ingrid.presses(ingrid.say('mailbox.own.finish'));
    await ingrid.leadsTo(() => ingrid.page.locator('main a[href*="/mailbox/slip/"]').first().click());
    await ingrid.reads('another amount', ingrid.say('slip.act-corrected'));
    await ingrid.fills({ way: 'corrected', text: 'The first letter was of March 4.' });
    await ingrid.presses(ingrid.say('slip.send-minutes'));

    await sofie.opens(at);
    await sofie.reads('The first letter was of March 4.');
  });
});
