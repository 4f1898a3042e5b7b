// What a complainant does with the code: reading, answering, changing, leaving.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { openHouse, inTwoWays } from './house.mjs';
import { oneLine, someone } from './person.mjs';
import { elsewhere, noWayToReach, teamName } from './words.mjs';
import { addedFiles, answersOnly, choosesFiles, complainsInShort, enters, file, general, integrity } from './complaint.mjs';
import { atTheDesk, opensCase, tells } from './member.mjs';

test('complainants follow their complaint', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const sofie = await atTheDesk(t, house, 'sofie');

  await inTwoWays(t, 'the messages about a complaint, from the first answer to signing out', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, general(way.lang));
    await opensCase(sofie, sent);
    await tells(sofie, 'note', 'Only for colleagues.');
    await opensCase(sofie, sent);
    await tells(sofie, 'message', 'We looked for your letter and found it.', { files: [file('answer.txt', 'the answer')] });

    const later = await someone(t, house, way);
    await later.opens(`/${way.lang}/`);
    await later.follows(later.say('public.have-code'));
    const typo = sent.code.replace(/.$/, (c) => (c === 'X' ? 'Y' : 'X'));
    await later.fills({ code: typo });
    await later.presses(later.say('mailbox.enter.button'), { status: 422 });
    await later.isTold('code', later.say('error.code-typo'));
    assert.equal(await later.value('code'), typo);
    await later.fills({ code: `  ${sent.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} ` });
    await later.presses(later.say('mailbox.enter.button'));
    await later.reads(sent.number, later.say('mailbox.unread', { n: 1 }), 'We looked for your letter and found it.');
    await later.misses('Only for colleagues.', 'Sofie', sent.code);
    assert.equal(await saves(later, 'answer.txt'), 'the answer');

    await later.unfolds(later.say('mailbox.opened.title'));
    await later.reads(`${teamName(way.lang, 'supporters-service')}, ${later.say('mailbox.opened.case')}`);
    await later.unfolds(later.say('mailbox.sent.title'));
    await later.reads(sent.story, sent.summary);

    await later.presses(later.say('mailbox.send'), { status: 422 });
    await later.isTold('text', later.say('error.text-missing'));
    await later.fills({ text: 'Thank you. Here is my other letter.' });
    await choosesFiles(later, [file('other letter.txt', 'dear all')]);
    await later.presses(later.say('common.add-files'));
    assert.equal(await later.value('text'), 'Thank you. Here is my other letter.');
    assert.ok((await addedFiles(later)).includes('other letter.txt'));
    await later.presses(later.say('mailbox.send'));
    await later.reads(later.say('mailbox.done.reply'), 'Thank you. Here is my other letter.', later.say('mailbox.not-read'));
    assert.equal(await later.value('text'), '', 'what was sent is not in the form any more');

    await opensCase(sofie, sent, 'unread');
    await sofie.reads('Thank you. Here is my other letter.', 'other letter.txt');
    assert.equal(await saves(sofie, 'other letter.txt'), 'dear all');

    await later.opens(`/${way.lang}/mailbox/contact`);
    await later.fills({ email: '' });
    await later.presses(later.say('common.save'), { status: 422 });
    await later.isTold('email', noWayToReach(way.lang));
    await later.fills({ email: 'new.address@mail.example', phone: '0470 65 43 21' });
    await later.presses(later.say('common.save'));
    await later.reads(later.say('mailbox.done.contact'), 'new.address@mail.example', '0470 65 43 21');
    await later.misses(sent.email);
    await opensCase(sofie, sent);
    await sofie.reads('new.address@mail.example', '0470 65 43 21');

    await later.unfolds(later.say('mailbox.reach.title'));
    await later.presses(later.say('mailbox.mail.stop'));
    await later.reads(later.say('mailbox.done.mail'), later.say('mailbox.mail.off'));
    await sofie.opens(`/desk/case/${sent.number}`);
    await sofie.reads(sofie.say('desk.identity.no-mail'));

    const copy = oneLine(await saves(later, later.say('mailbox.copy.link')));
    const told = ['We looked for your letter and found it.', 'Thank you. Here is my other letter.', 'new.address@mail.example'];
    for (const words of [sent.number, sent.story, ...told]) {
      assert.ok(copy.includes(words), `the copy holds “${words}”`);
    }
    assert.ok(!copy.includes(sent.code), 'the copy does not hold the code');

    await later.follows(later.say('mailbox.withdraw.link'));
    await later.fills({ text: 'It is settled.' });
    await later.presses(later.say('mailbox.withdraw.button'));
    await later.reads(later.say('mailbox.done.withdraw'), 'It is settled.', later.say('mailbox.you-withdrew'));
    assert.equal(await later.page.getByRole('link', { name: later.say('mailbox.withdraw.link') }).count(), 0);
    await opensCase(sofie, sent);
    await sofie.reads('It is settled.', sofie.say('common.entry.withdrawal'));

    await later.presses(later.say('mailbox.leave'));
    assert.equal(await later.heading(), later.say('mailbox.left.title'));
    await later.goesBack({ status: 403 });
    await later.misses(sent.story, 'We looked for your letter');
    await later.reads(later.say('mailbox.over.title'));
  });

  await inTwoWays(t, 'an expired session keeps what was typed', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, general(way.lang));
    await enters(ingrid, sent);
    const text = 'A long message.\nWritten slowly, with a “quote” & <more>.';
    await ingrid.fills({ text });
    await expires(ingrid, sent);
    await ingrid.presses(ingrid.say('mailbox.send'), { status: 403 });
    await ingrid.reads(ingrid.say('mailbox.over.kept'));
    await ingrid.misses('Written slowly');
    await ingrid.fills({ code: sent.code });
    await ingrid.presses(ingrid.say('mailbox.enter.button'));
    await ingrid.reads(ingrid.say('mailbox.restored'));
    assert.equal(await ingrid.value('text'), text);
    await ingrid.presses(ingrid.say('mailbox.send'));
    await ingrid.reads(ingrid.say('mailbox.done.reply'), text);
  });

  await inTwoWays(t, 'mail tells of receipt and of news, and of nothing else', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, general(way.lang));
    await opensCase(sofie, sent);
    await tells(sofie, 'message', 'We looked for your letter and found it.');
    const mails = await mailsTo(ingrid, sent.email, 2);
    for (const mail of mails) {
      assert.ok(mail.includes(sent.number) && mail.includes(`/${way.lang}/mailbox`), mail);
      for (const words of [sent.code, sent.summary, sent.story, 'We looked for', 'Ingrid', 'Vandersmissen', 'Sofie']) {
        assert.ok(!mail.includes(words), `a mail holds “${words}”: ${mail}`);
      }
    }
    assert.notEqual(mails[0], mails[1], 'one confirms receipt, the other tells of news');
  });

  await inTwoWays(t, 'leaving quickly forgets the complaint and the mailbox', async (t, way) => {
    const plain = await someone(t, house, way);
    await answersOnly(plain, ['topics'], general(way.lang));
    assert.equal(await leaving(plain).count(), 0, 'no button on a general complaint');

    const ingrid = await someone(t, house, way);
    const sent = await complainsInShort(ingrid, integrity(way.lang));
    await enters(ingrid, sent);
    const mine = integrity(way.lang);
    await answersOnly(ingrid, ['topics', 'story'], mine);
    assert.deepEqual(await ingrid.cookies(), ['klankbord', 'klankbord-mailbox']);
    await leaves(ingrid);
    assert.deepEqual(await ingrid.cookies(), []);
    await ingrid.goesBack();
    await ingrid.misses(mine.story);
    assert.equal(await ingrid.heading(), ingrid.say('form.expired.title'));
    await ingrid.opens(`/${way.lang}/receipt`);
    await ingrid.misses(sent.code, sent.number);
    await ingrid.opens(`/${way.lang}/mailbox/case`, { status: 403 });
    await ingrid.misses(sent.number);
  });
});

// saves follows a link that saves a file, and returns its text.
async function saves(person, name) {
  const [saved] = await Promise.all([
    person.page.waitForEvent('download'),
    person.page.getByRole('link', { name, exact: true }).first().click(),
  ]);
  return readFile(await saved.path(), 'utf8');
}

// expires ends the session at the server; the browser does not know.
async function expires(person) {
  const cookies = await person.context.cookies();
  const other = await person.opensATab();
  await other.opens(`/${person.lang}/mailbox/case`);
  await other.presses(other.say('mailbox.leave'));
  await other.page.close();
  await person.context.addCookies(cookies);
}

// leaving is the button that leaves at once; leaves presses it.
const leaving = (person) => person.page.locator('.exit').getByRole('link', { name: person.say('common.leave'), exact: true });

// No other site can be reached from here, so the browser must be content with asking.
async function leaves(person) {
  const [asked] = await Promise.all([
    person.page.waitForEvent('requestfailed', (r) => r.url().startsWith(elsewhere)),
    leaving(person).click(),
  ]);
  assert.equal(new URL(asked.redirectedFrom().url()).pathname, '/leave');
  person.context.complaints.splice(0);
}

// mailsTo waits until the demo has caught so many mails to an address, and returns
// their subject and text.
async function mailsTo(person, address, wanted) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    await person.opens(`/${person.lang}/demo/mail`);
    const found = await person.page.locator('article.msg').filter({ hasText: address }).allTextContents();
    if (found.length >= wanted || Date.now() > deadline) {
      assert.equal(found.length, wanted, `mails to ${address}`);
      return found.map((text) => text.replaceAll(address, ''));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
