// How members work: signing in, reading, writing, closing, letting a colleague in.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, enters, file, general, integrity } from './complaint.mjs';
import { assesses, decides, declares, records } from './records.mjs';
import {
  atTheDesk, choosesLanguage, givesDigits, givesPassword, listed, nextPassword, opensCase, signsIn, signsOut, tells, writes, movesTo,
} from './member.mjs';

test('members work at the desk', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const { nele, thomas, sofie, karim, julie } = house.members;
  // Each one-time password counts once, so members take turns.
  const turns = (...members) => (way) => members[way.turn % members.length];
  const onTheTeam = turns(nele, thomas);
  const inTheService = turns(sofie, karim, julie);

  await inTwoWays(t, 'a case from sign-in to closing', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    const who = onTheTeam(way);
    const member = await someone(t, house, way);

    await member.opens('/desk');
    await member.fills({ email: who.email, password: 'not my password' });
    await member.presses(member.say('common.continue'), { status: 422 });
    await member.isTold('email', member.say('error.signin-refused'));
    assert.equal(await member.value('email'), who.email);
    assert.equal(await member.value('password'), '');
    await givesPassword(member, who);
    await member.fills({ code: '12' });
    await member.presses(member.say('common.sign-in'), { status: 422 });
    await member.isTold('code', member.say('error.second-factor-wrong'));
    await givesDigits(member, who);
    if (who.language !== way.lang) await choosesLanguage(member, who, way.lang);

    assert.ok((await listed(member, 'unassigned')).some((s) => s.includes(sent.summary)));
    await opensCase(member, sent, 'unread');
    await member.reads(sent.story, member.say('desk.identity.sealed'), member.say('desk.next.declare'));
    await member.misses('Vandersmissen', sent.email, sent.code);

    await member.follows(member.say('desk.identity.ask'));
    await member.presses(member.say('desk.identity.open'), { status: 422 });
    await member.isTold('reason', member.say('error.reason-missing'));
    await member.misses('Vandersmissen');
    await member.fills({ reason: 'reach', purpose: 'She asked us to call.' });
    await member.presses(member.say('desk.identity.open'));
    await member.reads('Ingrid Vandersmissen', sent.email, 'She asked us to call.', member.say('desk.done.identity'));

    await tells(member, 'note', 'Only we read this: ask the cashier first.');
    for (const reader of [nele, thomas]) assert.ok((await member.sees('.side')).includes(reader.name), `${reader.name} can read it`);

    await member.page.locator('section[aria-labelledby=s-charge] select').selectOption({ label: who.name });
    await member.presses(member.say('common.save'), { within: member.page.locator('section[aria-labelledby=s-charge]') });
    await member.reads(member.say('desk.done.assign'), member.say('desk.event.assigned', { name: who.name }));

    await writes(member, 'message', 'We looked into it <b>today</b> & will call you.', { files: [file('plan.txt')] });
    await member.reads(member.say('desk.check.complainant'), member.say('desk.check.mail'), 'plan.txt');
    await member.presses(member.say('desk.check.send-message'));
    await member.reads(member.say('desk.done.message'), 'We looked into it <b>today</b> & will call you.', member.say('desk.item.unread'));

    await movesTo(member, 'triage', 'It is about money.');
    await member.reads(member.say('desk.next.declare'));
    await declares(member, sent.number);
    await assesses(member, sent.number);
    await records(member, sent.number, 'regime', { regime: 'follow-up', why: 'We follow up a complaint.' });
    await member.opens(`/desk/case/${sent.number}`);
    await movesTo(member, 'investigation', 'There is enough to look into.');
    await records(member, sent.number, 'allegation', { what: 'The till was short', finding: 'upheld', why: 'The roll.' });
    const written = { mandate: 'Who counted.', done: 'We asked.', facts: 'One person counted.', findings: 'Nobody checked.' };
    await records(member, sent.number, 'report', written);
    await member.opens(`/desk/case/${sent.number}`);
    await movesTo(member, 'decision', 'We know what happened.');
    await decides(t, house, member, sent.number, who === nele ? thomas : nele);
    await member.opens(`/desk/case/${sent.number}`);

    await member.follows(member.say('desk.close.start'));
    await member.presses(member.say('desk.compose.check'), { status: 422 });
    await member.isTold('outcome', member.say('error.guard.outcome'));
    await member.isTold('feedback', member.say('error.feedback-missing'));
    await member.isTold('why', member.say('error.why-missing'));
    await member.fills({ outcome: 'upheld', feedback: 'We changed who counts the money.' });
    await member.presses(member.say('desk.compose.check'), { status: 422 });
    await member.isTold('why', member.say('error.why-missing'));
    assert.equal(await member.value('feedback'), 'We changed who counts the money.');
    await member.fills({ why: 'One person counted alone.' });
    await member.presses(member.say('desk.compose.check'));
    await member.reads(member.say('common.outcome.upheld'), 'We changed who counts the money.', 'One person counted alone.');
    await member.presses(member.say('desk.check.send-outcome'));
    await member.reads(member.say('desk.done.outcome'), member.say('common.state.closed'));
    assert.ok((await listed(member, 'closed')).some((s) => s.includes(sent.summary)));
    assert.ok(!(await listed(member, 'mine')).some((s) => s.includes(sent.summary)));

    await enters(ingrid, sent);
    await ingrid.reads(ingrid.say('common.outcome.upheld'), 'We changed who counts the money.', 'One person counted alone.');
    await ingrid.misses('Only we read this', 'There is enough to look into.', who.name);
    await ingrid.unfolds(ingrid.say('mailbox.opened.title'));
    await ingrid.reads(ingrid.say('mailbox.opened.identity'), 'She asked us to call.');

    await member.opens(`/desk/case/${sent.number}`);
    await signsOut(member);
    assert.equal(await member.heading(), member.say('desk.signin.title'));
    await member.goesBack();
    await member.misses(sent.story, 'Vandersmissen');
    await member.opens(`/desk/case/${sent.number}`);
    assert.equal(await member.heading(), member.say('desk.signin.title'));
  });

  await inTwoWays(t, 'an expired session keeps what was typed', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, general(way.lang));
    const who = inTheService(way);
    const member = await atTheDesk(t, house, who.key, way);
    await opensCase(member, sent);
    const text = 'A long answer that took me half an hour.\nAnd a second line.';
    await member.fills({ audience: 'message', text });
    await expires(member);
    await member.presses(member.say('desk.compose.check'), { within: member.page.locator('#compose') });
    member.speaks();
    await member.reads(member.say('desk.signin.ended'));
    await signsIn(member, who);
    assert.equal(await member.heading(), member.say('desk.kept.title'));
    assert.equal(await member.value('text'), text);
    await member.presses(member.say('desk.kept.again'));
    await member.reads(text);
    await member.presses(member.say('desk.check.send-message'));
    await member.reads(member.say('desk.done.message'), text);
  });

  await inTwoWays(t, 'a new member is invited, enrols and is let in', async (t, way) => {
    const els = await atTheDesk(t, house, 'els');
    await els.reads(els.say('desk.inbox.no-cases'));
    await els.follows(els.say('desk.nav.people'));
    const lotte = { name: `Lotte ${way.lang} Wouters`, email: `lotte-${way.turn}@desk.example`, password: 'korenbloem-akker-88' };
    await els.fills({ email: lotte.email });
    await els.presses(els.say('desk.invite.send'), { status: 422 });
    assert.equal(await els.value('email'), lotte.email);
    await els.fills({ name: lotte.name, lang: way.lang, task: ['handler/supporters-service/'] });
    await els.presses(els.say('desk.invite.send'));
    const [link] = (await els.sees()).match(/\/desk\/enrol\/[\w-]+/);

    const herself = await someone(t, house, way);
    await herself.opens(link);
    await herself.reads(lotte.name);
    await herself.fills({ password: 'short' });
    await herself.presses(herself.say('common.continue'), { status: 422 });
    await herself.isTold('password', herself.say('error.password-short', { min: 15 }));
    await herself.fills({ password: lotte.password });
    await herself.presses(herself.say('common.continue'));
    lotte.totp = (await herself.sees('.code')).replace(/\s/g, '');
    await herself.fills({ code: '000' });
    await herself.presses(herself.say('desk.factor.confirm'), { status: 422 });
    await herself.isTold('code', herself.say('error.second-factor-wrong'));
    await herself.fills({ code: await nextPassword(lotte) });
    await herself.presses(herself.say('desk.factor.confirm'));
    assert.equal(await herself.heading(), herself.say('desk.recovery.title'));
    await herself.presses(herself.say('common.continue'), { status: 422 });
    await herself.isTold('kept', herself.say('error.code-not-kept'));
    await herself.fills({ kept: 'yes' });
    await herself.presses(herself.say('common.continue'));
    assert.equal(await herself.heading(), herself.say('desk.waiting.title'));
    const mark = await herself.sees('.code');

    await els.opens('/desk/people');
    await els.leadsTo(() => els.page.locator('tr').filter({ hasText: lotte.email }).getByRole('link').click());
    assert.equal(await els.sees('.code'), mark, 'both see one fingerprint');
    await els.fills({ password: house.members.els.password });
    await els.presses(els.say('desk.vouch.give'), { status: 422 });
    await els.isTold('compared', els.say('error.not-compared'));
    await els.fills({ compared: 'yes', password: house.members.els.password });
    await els.presses(els.say('desk.vouch.give'));
    assert.match(await els.sees(`tr:has-text("${lotte.email}")`), new RegExp(els.say('desk.people.state-active')));

    const sent = await complainsInShort(await someone(t, house, way), general(way.lang));
    const [mine, ...older] = await listed(herself);
    assert.ok(mine.includes(sent.summary), mine);
    assert.deepEqual(older, [], 'she reads what came in since, and nothing older');
    await opensCase(herself, sent);
    await herself.reads(sent.story);

    const late = await someone(t, house, way);
    await late.opens(link, { status: 404 });
  });
});

// expires ends the session at the server; the browser does not know.
async function expires(person) {
  const cookies = await person.context.cookies();
  const other = await person.opensATab();
  await other.opens('/desk');
  await signsOut(other);
  await other.page.close();
  await person.context.addCookies(cookies);
}
