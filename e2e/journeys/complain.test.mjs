// How people complain: on each route, about whom, for whom, with what.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inEveryWay, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { choiceOf, errorOf, languages, noWayToReach, shortStory, teamName, teamReaders } from './words.mjs';
import {
  addedFiles, addsFiles, answers, answersOnly, file, general, integrity, privacy, removesFile, sends, writesInShort, writesUpTo,
} from './complaint.mjs';
import { atTheDesk, counts, listed } from './member.mjs';

const routes = {
  general: { given: general, team: 'supporters-service', asks: ['topics', 'concerns', 'story', 'when'] },
  privacy: { given: privacy, team: 'complaints', asks: ['topics', 'before', 'concerns', 'relation'] },
  integrity: { given: integrity, team: 'complaints', asks: ['topics', 'before', 'danger', 'concerns'] },
};

test('people complain', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  for (const [route, { given, team, asks }] of Object.entries(routes)) {
    await inEveryWay(t, `a complaint on the ${route} route, with files, in two languages`, async (t, way) => {
      const ingrid = await someone(t, house, way);
      const mine = given(way.lang);
      const asked = await writesUpTo(ingrid, 'files', mine);
      assert.deepEqual(asked.slice(0, asks.length), asks);

      await addsFiles(ingrid, file('letter.pdf'));
      await addsFiles(ingrid, file('photo of the door.jpg'), file('ünï – “quoted” & <b>.txt'), file('too much.txt'));
      await removesFile(ingrid, 'too much.txt');
      const files = ['letter.pdf', 'photo of the door.jpg', 'ünï – “quoted” & <b>.txt'];
      assert.deepEqual(await addedFiles(ingrid), files);

      const other = languages[(languages.indexOf(way.lang) + 1) % languages.length];
      await ingrid.switchesTo(other);
      assert.deepEqual(await addedFiles(ingrid), files);
      await ingrid.opens(`/${other}/complaint/story`);
      assert.equal(await ingrid.value('story'), mine.story);
      assert.equal(await ingrid.value('summary'), mine.summary);
      await ingrid.opens(`/${other}/complaint/files`);

      await answers(ingrid, mine, { files: [file('chosen, not added.txt')] });
      await ingrid.reads(mine.story, mine.summary, mine.first_name, mine.email, ingrid.say('form.check.nothing-sent'));
      await ingrid.reads(ingrid.say('form.who.team', { team: teamName(other, team) }), teamReaders(other, team));
      assert.deepEqual(await addedFiles(ingrid), [...files, 'chosen, not added.txt']);

      await ingrid.switchesTo(way.lang);
      await ingrid.reads(mine.story, ...files);
      const { number, code } = await sends(ingrid);
      await ingrid.reads(number, ingrid.say('public.receipt.mail'), teamName(way.lang, team));
      assert.notEqual(code, '');
    });
  }

  await inTwoWays(t, 'without a name, or a way to be reached, nothing is sent and nothing is lost', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const mine = general(way.lang);
    await writesUpTo(ingrid, 'name', mine);
    await ingrid.fills({ last_name: mine.last_name });
    await ingrid.presses(ingrid.say('common.continue'), { status: 422 });
    await ingrid.isTold('first_name', errorOf(way.lang, 'first_name'));
    assert.equal(await ingrid.value('last_name'), mine.last_name);

    await ingrid.opens(`/${way.lang}/complaint/check`);
    await ingrid.reads(errorOf(way.lang, 'first_name'), noWayToReach(way.lang), ingrid.say('form.check.not-ready'), mine.story);
    assert.equal(await ingrid.page.getByRole('button', { name: ingrid.say('form.check.send'), exact: true }).count(), 0);

    await ingrid.opens(`/${way.lang}/complaint/name`);
    await ingrid.fills(mine);
    await ingrid.presses(ingrid.say('common.continue'));
    assert.equal(ingrid.step, 'reach');
    await ingrid.fills({ safe_contact: 'after six' });
    await ingrid.presses(ingrid.say('common.continue'), { status: 422 });
    await ingrid.isTold('email', noWayToReach(way.lang));
    assert.equal(await ingrid.value('safe_contact'), 'after six');

    await ingrid.fills({ email: 'ingrid at home' });
    await ingrid.presses(ingrid.say('common.continue'), { status: 422 });
    await ingrid.isTold('email', errorOf(way.lang, 'email', 'wrong'));
    assert.equal(await ingrid.value('email'), 'ingrid at home');

    await ingrid.fills({ email: '', phone: '0470 12 34 56' });
    await ingrid.presses(ingrid.say('common.continue'));
    await answers(ingrid, { privacy_read: 'yes' });
    await ingrid.reads(mine.story, mine.summary, mine.first_name, '0470 12 34 56', 'after six');
    await sends(ingrid);
    await ingrid.reads(ingrid.say('public.receipt.no-mail'));
  });

  await inTwoWays(t, 'a story of a few words is asked about, never refused', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const short = shortStory(way.lang);
    await writesUpTo(ingrid, 'story', general(way.lang));
    await ingrid.fills({ story: 'Slecht.' });
    await ingrid.presses(ingrid.say('common.continue'));
    assert.equal(await ingrid.heading(), short.title);
    await ingrid.reads('Slecht.');
    await ingrid.follows(short.back);
    assert.equal(await ingrid.value('story'), 'Slecht.');
    await ingrid.presses(ingrid.say('common.continue'));
    await ingrid.follows(short.go);
    assert.equal(ingrid.step, 'when');
    await ingrid.opens(`/${way.lang}/complaint/check`);
    await ingrid.reads('Slecht.');
  });

  await inTwoWays(t, 'a complaint for someone else asks whether that person agrees', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const mine = integrity(way.lang, { for_whom: 'someone-else', permission: 'not-possible' });
    await answersOnly(ingrid, ['topics', 'for-whom'], mine);
    assert.equal(ingrid.step, 'permission');
    await ingrid.presses(ingrid.say('common.continue'), { status: 422 });
    await ingrid.isTold('permission', errorOf(way.lang, 'permission'));
    await ingrid.fills(mine);
    await ingrid.presses(ingrid.say('common.continue'));
    await writesInShort(ingrid, mine);
    await ingrid.reads(choiceOf(way.lang, 'for_whom', 'someone-else'), choiceOf(way.lang, 'permission', 'not-possible'));
    await sends(ingrid);
  });

  const sofie = await atTheDesk(t, house, 'sofie');
  const thomas = await atTheDesk(t, house, 'thomas');
  const nele = await atTheDesk(t, house, 'nele');
  const has = (list, { summary }) => list.some((subject) => subject.includes(summary));

  await inTwoWays(t, 'a complaint about Supporters Service goes around it', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const mine = general(way.lang, { topics: ['representative-conduct'], about_supporters_service: 'yes' });
    await answersOnly(ingrid, ['topics', 'concerns'], mine);
    await writesInShort(ingrid, mine);
    await ingrid.reads(ingrid.say('form.who.team', { team: teamName(way.lang, 'complaints') }));
    const sent = { ...(await sends(ingrid)), ...mine };
    assert.ok(has(await listed(thomas), sent), 'the Complaints team has it');
    assert.ok(!has(await listed(sofie), sent), 'Supporters Service does not');
    await seesNothingOf(sofie, sent);
  });

  await inTwoWays(t, 'a complaint about a member of the Complaints team goes around that member', async (t, way) => {
    await listed(nele);
    const before = await counts(nele);
    assert.ok(before.some((list) => /\d/.test(list)), 'her lists have counts');
    const ingrid = await someone(t, house, way);
    const mine = privacy(way.lang, { concerns: ['integrity-manager'] });
    await writesInShort(ingrid, mine);
    await ingrid.reads(ingrid.say('form.who.left-out'), choiceOf(way.lang, 'concerns', 'integrity-manager'), ingrid.say('form.who.left-out-how'));
    const sent = { ...(await sends(ingrid)), ...mine };
    await ingrid.reads(ingrid.say('public.receipt.left-out'));
    assert.ok(has(await listed(thomas), sent), 'the other member has it');
    assert.ok(!has(await listed(nele), sent), 'she does not');
    assert.deepEqual(await counts(nele), before, 'her counts do not move');
    await seesNothingOf(nele, sent);
  });

  await inTwoWays(t, 'a member who is named in the story is asked about', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const mine = privacy(way.lang, { story: `${privacy(way.lang).story} Nele Janssens zei dat het zo hoorde.` });
    await writesInShort(ingrid, mine);
    const question = ingrid.say('form.names.question', { name: 'Nele Janssens' });
    await ingrid.reads(question);
    assert.equal(await ingrid.page.getByRole('button', { name: ingrid.say('form.check.send'), exact: true }).count(), 0);
    await ingrid.presses(ingrid.say('form.names.save'), { status: 422 });
    await ingrid.isTold('named.', ingrid.say('form.names.missing', { name: 'Nele Janssens' }));
    await ingrid.page.getByRole('group', { name: question }).getByText(ingrid.say('form.names.yes')).click();
    await ingrid.presses(ingrid.say('form.names.save'));
    await ingrid.reads(ingrid.say('form.who.left-out'));
    const sent = { ...(await sends(ingrid)), ...mine };
    assert.ok(has(await listed(thomas), sent));
    await seesNothingOf(nele, sent);
  });
});

// seesNothingOf expects the case to answer as one that does not exist, by its
// address and by its number.
async function seesNothingOf(member, { number, summary }) {
  const answer = async (address) => {
    const { headers, status } = await member.opens(address, { status: 404 }).then((a) => ({ headers: a.headers(), status: a.status() }));
    delete headers.date;
    return { status, headers, page: (await member.page.content()).replaceAll(/KB-[0-9A-Z]{4}-[0-9A-Z]{2}/g, 'KB') };
  };
  const missing = await answer('/desk/case/KB-0000-00');
  assert.deepEqual(await answer(`/desk/case/${number}`), missing);
  assert.deepEqual(await answer(`/desk/go?q=${number}`), await answer('/desk/go?q=KB-0000-00'));
  assert.deepEqual((await answer(`/desk/case/${number}/identity`)).status, 404);
  for (const view of ['all', 'unread', 'unassigned']) {
    assert.ok(!(await listed(member, view)).some((subject) => subject.includes(summary)), view);
  }
}
