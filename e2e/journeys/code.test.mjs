// What becomes of a code that was lost: by a link to a confirmed address, or in person.
// Nobody needs scripts for it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, enters, integrity, shownCode } from './complaint.mjs';
import { atTheDesk } from './member.mjs';

// mailed waits for a mail to an address that holds a link to a page, and returns the
// path that it leads to. The demo keeps what it would have sent.
async function mailed(house, to, page) {
  const link = new RegExp(`(/[a-z]{2}/${page}/[A-Za-z0-9_-]{43})"`);
  for (let tries = 0; tries < 100; tries++) {
    const html = await (await fetch(`${house.url}/en/demo/mail`)).text();
    for (const mail of html.split('<article').slice(1)) {
      const [, found] = mail.match(link) ?? [];
      if (found && mail.includes(to)) return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no mail to ${to} holds a link to ${page}`);
}

// entersInVain types a code that opens nothing.
async function entersInVain(person, code) {
  await person.opens(`/${person.lang}/mailbox`);
  await person.fills({ code });
  await person.presses(person.say('mailbox.enter.button'), { status: 422 });
  await person.isTold('code', person.say('error.code-unknown'));
}

test('a lost code', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const quiet = { js: false };
  const nele = await atTheDesk(t, house, 'nele', quiet);
  const thomas = await atTheDesk(t, house, 'thomas', quiet);
  const { password } = house.members.nele;

  await inTwoWays(t, 'an address is confirmed, and a new code is asked for, drawn, seen and stopped', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    const confirm = await mailed(house, sent.email, 'confirm');
    await ingrid.opens(confirm.replace(/^\/[a-z]{2}/, `/${way.lang}`));
    await nele.opens(`/desk/case/${sent.number}`);
    await nele.reads(nele.say('desk.contact.open'));
    await ingrid.presses(ingrid.say('mailbox.confirm.button'));
    await ingrid.reads(ingrid.say('mailbox.confirm.done-text'));

    await nele.opens(`/desk/case/${sent.number}`);
    await nele.unfolds(nele.say('desk.side.code'));
    await nele.follows(nele.say('desk.code.link'));
    await nele.fills({ why: 'kort', password });
    await nele.presses(nele.say('desk.code.send-link'), { status: 422 });
    await nele.isTold('why', nele.say('error.purpose-short', { min: 10 }));
    await nele.fills({ why: 'Belde vanaf het nummer in het dossier', password });
    await nele.presses(nele.say('desk.code.send-link'));
    await nele.reads(nele.say('desk.done.code-started'), nele.say('desk.code.event-asked'));

    const link = (await mailed(house, sent.email, 'code')).replace(/^\/[a-z]{2}/, `/${way.lang}`);
    await ingrid.opens(link);
    await ingrid.misses(sent.number);
    await ingrid.presses(ingrid.say('mailbox.code.draw'));
    const fresh = await shownCode(ingrid);
    const passerBy = await someone(t, house, way);
    await passerBy.opens(link);
    await passerBy.reads(passerBy.say('mailbox.code.elsewhere-text'));
    await passerBy.misses(fresh.slice(0, 4));
    await ingrid.presses(ingrid.say('mailbox.code.finish'), { status: 422 });
    assert.equal(await shownCode(ingrid), fresh);
    await ingrid.fills({ kept: 'yes' });
    await ingrid.presses(ingrid.say('mailbox.code.finish'));
    await ingrid.reads(ingrid.say('mailbox.code.kept-next'));
    await entersInVain(ingrid, fresh); // it is not time yet

    const holder = await someone(t, house, way);
    await enters(holder, sent);
    await holder.reads(holder.say('mailbox.new-code.title'));
    await holder.presses(holder.say('mailbox.new-code.stop'));
    await holder.reads(holder.say('mailbox.done.new-code'));
    await nele.opens(`/desk/case/${sent.number}/code`);
    await nele.reads(nele.say('desk.code.has'));
    await entersInVain(ingrid, fresh);
  });

  await t.test('after the days to stop it a member lets the new code take effect (nl, no scripts)', async (t) => {
    const { samples } = JSON.parse(readFileSync(path.join(house.state, 'demo.json'), 'utf8'));
    const lost = samples.find((s) => s.next);
    const sabrina = await someone(t, house, { lang: 'nl', ...quiet });
    await entersInVain(sabrina, lost.next);
    await enters(sabrina, lost);
    await sabrina.reads(sabrina.say('mailbox.new-code.title'));

    await nele.opens(`/desk/case/${lost.number}`);
    await nele.unfolds(nele.say('desk.side.code'));
    await nele.follows(nele.say('desk.code.link'));
    await nele.fills({ password: 'not my password' });
    await nele.presses(nele.say('desk.code.complete'), { status: 422 });
    await nele.isTold('password', nele.say('error.password-wrong'));
    await nele.fills({ password });
    await nele.presses(nele.say('desk.code.complete'));
    await nele.reads(nele.say('desk.done.code-replaced'), nele.say('desk.code.event-replaced'));

    await sabrina.opens('/nl/mailbox/case', { status: 403 }); // the session of the old code is over
    await entersInVain(sabrina, lost.code);
    await enters(sabrina, { code: lost.next, number: lost.number });
    await sabrina.unfolds(sabrina.say('mailbox.turn.title'));
    await sabrina.unfolds(sabrina.say('mailbox.sent.title'));
    await sabrina.reads('Je préfère une réponse sérieuse');
    await sabrina.misses(sabrina.say('mailbox.new-code.title'));
  });

  await inTwoWays(t, 'a code is given in person and replaced before anything is read', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    await nele.opens(`/desk/case/${sent.number}/code`);
    await nele.reads(nele.say('error.code-no-channel'));
    await nele.follows(nele.say('desk.code.to-person'));
    await nele.fills({ why: 'Kwam langs met een identiteitskaart' });
    await nele.presses(nele.say('desk.identity.send-second'));
    await nele.reads(nele.say('desk.done.asked'));

    await thomas.opens('/desk');
    const name = house.members.nele.name;
    await thomas.leadsTo(() => thomas.page.locator('main a').filter({ hasText: sent.number }).first().click());
    await thomas.reads(name, 'Kwam langs met een identiteitskaart', thomas.say('desk.matter.code'));
    await thomas.fills({ verdict: 'approved', password: house.members.thomas.password });
    await thomas.presses(thomas.say('desk.request.sign'));
    await thomas.reads(thomas.say('desk.done.decided'));

    await nele.opens(`/desk/case/${sent.number}/code/person`);
    await nele.reads(nele.say('desk.code.agreed'));
    await nele.fills({ password });
    await nele.presses(nele.say('desk.code.hand'));
    const handed = await shownCode(nele);
    await nele.presses(nele.say('desk.code.given'));
    await nele.misses(handed);

    await entersInVain(ingrid, sent.code);
    await ingrid.fills({ code: handed });
    await ingrid.presses(ingrid.say('mailbox.enter.button'));
    assert.equal(ingrid.at, `/${way.lang}/mailbox/code`);
    await ingrid.misses(sent.story, sent.number);
    await ingrid.presses(ingrid.say('mailbox.code.draw'));
    const own = await shownCode(ingrid);
    await ingrid.fills({ kept: 'yes' });
    await ingrid.presses(ingrid.say('mailbox.own.finish'));
    await ingrid.reads(ingrid.say('mailbox.done.own-code'));
    await ingrid.unfolds(ingrid.say('mailbox.sent.title'));
    await ingrid.reads(sent.story);

    const later = await someone(t, house, way);
    await entersInVain(later, handed);
    await enters(later, { code: own, number: sent.number });
  });
});
