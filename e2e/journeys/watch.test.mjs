// Whoever spoke is not left alone with what follows: they tell it to others than those
// who handled their complaint.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, enters, integrity, receipt, shownCode, stories } from './complaint.mjs';
import { atTheDesk, counts, listed, opensCase } from './member.mjs';

const badly = {
  nl: 'Sinds ik sprak krijg ik geen diensten meer, en niemand groet mij nog.',
  fr: 'Depuis que j’ai parlé, je ne reçois plus d’heures, et personne ne me salue plus.',
  en: 'Since I spoke I get no shifts any more, and nobody greets me.',
  de: 'Seit ich gesprochen habe, bekomme ich keine Schichten mehr, und niemand grüßt mich.',
};

test('nobody who speaks up suffers for it', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const nele = await atTheDesk(t, house, 'nele');
  const marc = await atTheDesk(t, house, 'marc');

  await inTwoWays(t, 'from the mailbox of one complaint to the receipt of another', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    await opensCase(nele, sent);
    await enters(ingrid, sent);
    const before = await knows(nele, sent);

    await ingrid.follows(ingrid.say('watch.link'));
    assert.equal(await ingrid.heading(), ingrid.say('watch.title'));
    await ingrid.reads(ingrid.say('watch.apart'));
    await ingrid.presses(ingrid.say('watch.button'), { status: 422 });
    await ingrid.isTold('who', ingrid.say('watch.who-missing'));
    await ingrid.fills({ story: badly[way.lang], when_words: '03.2026', who: 'other' });
    await ingrid.presses(ingrid.say('watch.button'), { status: 422 });
    assert.equal(await ingrid.value('story'), badly[way.lang]);
    assert.equal(await ingrid.page.locator('input[name=leave]:checked').count(), 2, 'who handled the complaint is left out');
    await ingrid.fills({ who: 'same', first_name: '' });
    await ingrid.presses(ingrid.say('watch.button'));
    const again = await receipt(ingrid);
    assert.notEqual(again.number, sent.number);
    assert.notEqual(again.code, sent.code);
    await ingrid.misses(sent.number);

    assert.deepEqual(await knows(nele, sent), before, 'whoever handled the complaint sees what they saw before');
    await nele.opens(`/desk/case/${again.number}`, { status: 404 });
    const other = await nele.page.locator('main').textContent();
    await nele.opens('/desk/case/KB-0000-00', { status: 404 });
    assert.equal(await nele.page.locator('main').textContent(), other, 'it answers like a case that does not exist');

    await marc.opens(`/desk/case/${again.number}`);
    await marc.reads(badly[way.lang], sent.number, '03.2026');
    await marc.misses('Ingrid', sent.email);

    const later = await someone(t, house, way);
    await enters(later, again);
    await later.unfolds(later.say('mailbox.sent.title'));
    await later.reads(badly[way.lang]);
  });
});

// knows is everything that a member is shown of a case and of all cases.
async function knows(person, sent) {
  await person.opens(`/desk/case/${sent.number}`);
  const file = await person.page.locator('main').innerText();
  return { list: await listed(person), counts: await counts(person), file };
}

test('after closing somebody looks', { timeout: 5 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const { samples } = JSON.parse(readFileSync(path.join(house.state, 'demo.json'), 'utf8'));
  const sample = samples.find((s) => s.subject.includes('kaartenverkoop'));
  const rudi = await someone(t, house, { lang: 'nl', js: false });
  await enters(rudi, sample);
  await rudi.reads(rudi.say('watch.asked-title'), rudi.say('watch.dates-title'));
  await rudi.follows(rudi.say('watch.answer-link'));
  await rudi.reads(rudi.say('watch.answer-readers'));
  await rudi.presses(rudi.say('watch.send-answer'), { status: 422 });
  await rudi.isTold('way', rudi.say('watch.treated-missing'));
  await rudi.fills({ way: 'badly', text: 'Niemand groet mij nog op de markt.' });
  await rudi.presses(rudi.say('watch.send-answer'));
  const again = await receipt(rudi);
  assert.notEqual(again.number, sample.number);

  const nele = await atTheDesk(t, house, 'nele');
  await nele.opens(`/desk/case/${sample.number}`);
  await nele.reads(nele.say('desk.check-in.answered'));
  await nele.misses('Niemand groet mij nog op de markt.', again.number);
  await nele.opens(`/desk/case/${again.number}`, { status: 404 });
  const marc = await atTheDesk(t, house, 'marc');
  await marc.opens(`/desk/case/${again.number}`);
  await marc.reads('Niemand groet mij nog op de markt.', marc.say('watch.story-badly'));

  await rudi.opens('/nl/mailbox/case');

  await rudi.presses(rudi.say('watch.decline'));
  await rudi.reads(rudi.say('mailbox.done.check-ins'), rudi.say('watch.declined'));
});

test('whoever helped is asked and heard as well', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const nele = await atTheDesk(t, house, 'nele');
  const { password } = house.members.nele;

  await inTwoWays(t, 'a code of their own shows nothing of the case', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    await nele.opens(`/desk/case/${sent.number}`);
    await nele.unfolds(nele.say('desk.helper.side'));
    await nele.follows(nele.say('desk.helper.link'));
    await nele.fills({ first_name: 'Bart', last_name: 'Wouters', phone: '0470 12 34 56', lang: way.lang, password });
    await nele.presses(nele.say('desk.helper.give'), { status: 422 });
    await nele.isTold('agreed', nele.say('error.helper-agreed'));
    await nele.fills({ agreed: 'yes', password });
    await nele.presses(nele.say('desk.helper.give'));
    const handed = await shownCode(nele);
    await nele.presses(nele.say('desk.helper.given'));
    const file = new URL(nele.page.url()).pathname.split('/')[3];

    const bart = await someone(t, house, way);
    await bart.opens(`/${way.lang}/mailbox`);
    await bart.fills({ code: handed });
    await bart.presses(bart.say('mailbox.enter.button'));
    await bart.presses(bart.say('mailbox.code.draw'));
    await bart.fills({ kept: 'yes' });
    await bart.presses(bart.say('mailbox.own.finish'));
    await bart.reads(bart.say('watch.helper-lead'), bart.say('watch.dates-title'), file);
    await bart.misses(sent.number, bart.say('mailbox.sent.title'), bart.say('mailbox.withdraw.link'));
    await bart.follows(bart.say('watch.link'));
    await bart.fills({ story: badly[way.lang], who: 'same' });
    await bart.presses(bart.say('watch.button'));
    const again = await receipt(bart);
    await nele.opens(`/desk/case/${again.number}`, { status: 404 });
    await nele.opens(`/desk/case/${file}`);
    await nele.misses(again.number, badly[way.lang]);
    await nele.opens(`/desk/case/${sent.number}`);
    await nele.reads(file);
    await nele.misses('Wouters');

    const until = new Date(Date.now() + 10 * 86_400_000);
    const story = stories[way.lang];
    await nele.unfolds(nele.say('desk.translator.side'));
    await nele.follows(nele.say('desk.translator.link'));
    await nele.reads(story);
    await nele.fills({
      entry: await nele.page.locator('input[name=entry]').first().getAttribute('value'), name: 'Ioana Pop', to: 'Română', lang: way.lang, password,
      'until.day': String(until.getDate()), 'until.month': String(until.getMonth() + 1), 'until.year': String(until.getFullYear()),
    });
    await nele.presses(nele.say('desk.translator.give'));
    const forOne = await shownCode(nele);
    await nele.presses(nele.say('desk.translator.given'));
    const ioana = await someone(t, house, way);
    await ioana.opens(`/${way.lang}/mailbox`);
    await ioana.fills({ code: forOne });
    await ioana.presses(ioana.say('mailbox.enter.button'));
    await ioana.reads(story, ioana.say('mailbox.translate.logged'));
    await ioana.misses(sent.number, file, ioana.say('mailbox.messages'));
    await ioana.fills({ text: 'Au dispărut bani din casă.' });
    await ioana.presses(ioana.say('mailbox.translate.button'));
    await ioana.reads(ioana.say('mailbox.translate.thanks'));
    await ioana.misses(story);
    await nele.opens(`/desk/case/${sent.number}`);
    await nele.reads('Au dispărut bani din casă.', 'Ioana Pop');
  });
});
