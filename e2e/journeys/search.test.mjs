// A handler finds a case again by what was told in it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, general } from './complaint.mjs';
import { atTheDesk, tells, opensCase } from './member.mjs';

// What is told, and another form of a word of it.
const told = {
  nl: { story: 'Twee brieven over de gladiolen bleven zonder antwoord. Ik wacht al weken op nieuws.', word: 'gladiool' },
  fr: { story: 'Deux journaux parlaient déjà des glaïeuls. J’attends des nouvelles depuis des semaines.', word: 'glaieul' },
  en: { story: 'Two letters about the gladioli went unanswered. I have been waiting for weeks.', word: 'GLADIOLI' },
  de: { story: 'Zwei Briefe über die Gladiolen blieben ohne Antwort. Ich warte seit Wochen darauf.', word: 'gladiole' },
};

test('a case is found again', { timeout: 5 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  await inTwoWays(t, 'by a word of it, and by its number', async (t, way) => {
    const { story, word } = told[way.lang];
    const sent = await complainsInShort(await someone(t, house, way), general(way.lang, { story }));
    const sofie = await atTheDesk(t, house, 'sofie', way);
    const looks = async (words) => {
      await sofie.fills({ q: words });
      await sofie.presses(sofie.say('desk.search.do'));
    };
    await sofie.opens('/desk');
    await looks(word);
    assert.equal(sofie.at, '/desk/go');
    await sofie.reads(sent.number, sent.summary);
    assert.ok(story.includes(await sofie.sees('.hits li:first-child mark')), 'the word is shown where it stands');

    await opensCase(sofie, sent);
    await tells(sofie, 'note', `Zeppelin ${sent.number}`);
    await sofie.opens('/desk/go?q=zeppelins');
    await sofie.reads(sent.number);
    await looks('?');
    await sofie.isTold('q', sofie.say('error.search-short'));
    await looks('nowhere at all');
    await sofie.reads(sofie.say('desk.search.none'));
    await looks(sent.number.toLowerCase());
    assert.equal(sofie.at, `/desk/case/${sent.number}`);

    const nele = await atTheDesk(t, house, 'nele', way); // who has no key to it
    await nele.opens(`/desk/go?q=${encodeURIComponent(word)}`);
    await nele.misses(sent.number, story);
  });
});
