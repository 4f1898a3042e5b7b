// Passkeys: one that opens the member's key, and one that is a second factor only.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, ways } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, general } from './complaint.mjs';
import { atTheDesk, givesPassword, nextPassword, opensCase, signsIn, signsOut } from './member.mjs';
import { atLocalhost, hasDevice } from './authenticator.mjs';

const service = ['sofie', 'karim', 'julie', 'sofie'];

test('members sign in with a passkey', { timeout: 10 * 60_000 }, async (t) => {
  const house = atLocalhost(await openHouse(t));

  for (const [turn, lang] of ['nl', 'fr', 'en', 'de'].entries()) {
    await t.test(`a passkey that opens the key (${lang})`, async (t) => {
      const member = house.members[service[turn]];
      const sent = await complainsInShort(await someone(t, house, { lang }), general(lang));
      const her = await atTheDesk(t, house, service[turn], { lang });
      const device = await hasDevice(her);
      await makes(her, member, 'Laptop');
      await her.reads(her.say('desk.profile.done-passkey-alone'), 'Laptop', her.say('desk.ways.passkey-alone'));
      assert.equal((await device.held())[0].rpId, 'localhost');

      await signsOut(her);
      await her.opens('/desk');
      await enters(her, member);
      await opensCase(her, sent);
      await her.reads(sent.story);

      await her.opens('/desk/profile');
      await her.reads(her.say('desk.way.passkey'));
      await her.opens('/desk/profile/recovery'); // what is asked for once more
      await her.leadsTo(() => button(her).click());
      assert.equal(her.at, '/desk/recovery');
      await her.fills({ kept: 'yes' });
      await her.presses(her.say('common.continue'));

      await her.opens('/desk/profile');
      await her.follows(`${her.say('common.remove')} Laptop`);
      await her.leadsTo(() => button(her).click());
      await her.reads(her.say('desk.profile.done-passkey-removed'));
      await signsOut(her);
      await her.opens('/desk');
      await her.leadsTo(() => button(her).click(), { status: 422 });
      await her.reads(her.say('error.passkey-refused'));
    });
  }

  await t.test('a passkey that cannot compute is a second factor', async (t) => {
    const { karim } = house.members;
    const his = await atTheDesk(t, house, 'karim');
    const device = await hasDevice(his, { prf: false });
    await makes(his, karim, 'Key ring');
    await his.reads(his.say('desk.profile.done-passkey'), his.say('desk.ways.passkey-second'));
    await signsOut(his);
    await his.opens('/desk');
    await his.leadsTo(() => button(his).click(), { status: 422 });
    await his.reads(his.say('error.passkey-refused'));
    await givesPassword(his, karim);
    await enters(his, karim);
    await his.opens('/desk/profile');
    await his.reads(his.say('desk.way.password-passkey'));
    assert.equal((await device.held()).length, 1);
  });

  await t.test('a device that does not know its owner', async (t) => {
    const { julie } = house.members;
    const her = await atTheDesk(t, house, 'julie');
    const device = await hasDevice(her);
    await makes(her, julie, 'Telefoon');
    await signsOut(her);
    await her.opens('/desk');
    await device.knows(false);
    await button(her).click();
    await her.page.locator('[data-failed]').filter({ visible: true }).waitFor();
    await her.reads(her.say('error.passkey-failed'));
    await signsIn(her, julie); // the other way on the page
    assert.equal(her.at, '/desk');
  });

  await t.test('a stranger’s passkey, and none at all', async (t) => {
    const stranger = await someone(t, house, { lang: 'en' });
    const device = await hasDevice(stranger);
    await stranger.opens('/desk');
    await button(stranger).click();
    await stranger.page.locator('[data-failed]').filter({ visible: true }).waitFor();
    assert.deepEqual(await device.held(), []);
  });

  for (const way of ways.filter((w) => !w.js)) {
    await t.test(`without scripts the page offers what works (${way.lang})`, async (t) => {
      const person = await someone(t, house, way);
      await person.opens('/desk');
      assert.equal(await button(person).isVisible(), false);
      assert.equal(await person.page.getByLabel(person.say('desk.signin.password')).isVisible(), true);
    });
  }
});

const button = (person) => person.page.locator('[data-passkey] button');

// enters signs in with the passkey that the device offers.
async function enters(person, member) {
  await person.leadsTo(() => button(person).click());
  person.speaks(member.language);
  assert.equal(person.at, '/desk');
}

// makes adds a passkey, from the profile.
async function makes(person, member, name) {
  await person.opens('/desk/profile');
  await person.follows(person.say('desk.ways.passkey-add'));
  await person.fills({ password: member.password, code: await nextPassword(member) });
  await person.presses(person.say('desk.anew.passkey-do'));
  await person.fills({ name });
  await person.leadsTo(() => person.page.getByRole('button', { name: person.say('desk.passkey.make') }).click());
  assert.equal(person.at, '/desk/profile');
}
