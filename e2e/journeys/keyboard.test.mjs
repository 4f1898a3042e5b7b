// The whole of it on the narrowest phone, with nothing but a keyboard.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { phone } from '../lib/browser.mjs';
import { openHouse } from './house.mjs';
import { someone } from './person.mjs';
import { complainsInShort, file, general, receipt } from './complaint.mjs';
import { Keyboard, signsInByKeyboard } from './keyboard.mjs';

test('a keyboard is enough', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);

  await t.test('to complain, to read the answer and to write back', async (t) => {
    const ingrid = await someone(t, house, { lang: 'nl', viewport: phone });
    const keyboard = new Keyboard(ingrid);
    const mine = general('nl');
    const go = ingrid.say('common.continue');
    await ingrid.opens('/nl/');
    await keyboard.skips();
    await keyboard.goesTo(ingrid.say('public.start'));
    while (ingrid.step !== 'check') {
      if (ingrid.step === 'files') {
        await keyboard.goesTo(ingrid.say('common.add-files'), { files: [file('one.txt'), file('two.txt')] });
        await keyboard.goesTo(`${ingrid.say('common.remove')} one.txt`);
      }
      const step = ingrid.step;
      await keyboard.goesTo(go, { answers: mine });
      assert.notEqual(ingrid.step, step);
    }
    await ingrid.reads(mine.story, mine.email, 'two.txt');
    await ingrid.misses('one.txt');
    await keyboard.goesTo(ingrid.say('form.check.send'));
    const sent = await receipt(ingrid);
    await keyboard.goesTo(ingrid.say('public.receipt.finish'), { status: 422 });
    await ingrid.isTold('kept', ingrid.say('public.receipt.not-kept'));
    await keyboard.goesTo(ingrid.say('public.receipt.finish'), { answers: { kept: 'yes' } });
    await keyboard.goesTo(ingrid.say('public.kept.mailbox'));
    await keyboard.goesTo(ingrid.say('mailbox.enter.button'), { answers: { code: sent.code } });
    await ingrid.reads(sent.number);
    await keyboard.goesTo(ingrid.say('mailbox.send'), { answers: { text: 'One more thing I forgot.' } });
    await ingrid.reads(ingrid.say('mailbox.done.reply'), 'One more thing I forgot.');
    await keyboard.goesTo(ingrid.say('mailbox.leave'));
    assert.equal(await ingrid.heading(), ingrid.say('mailbox.left.title'));
  });

  await t.test('to handle a case from sign-in to closing', async (t) => {
    const sent = await complainsInShort(await someone(t, house, { lang: 'nl' }), general('nl'));
    const sofie = await someone(t, house, { lang: 'nl', viewport: phone });
    const keyboard = new Keyboard(sofie);
    await sofie.opens('/desk');
    await keyboard.skips();
    await signsInByKeyboard(keyboard, house.members.sofie);
    await keyboard.goesTo(sofie.say('desk.search.do'), { answers: { q: sent.number.toLowerCase() } });
    assert.equal(sofie.at, `/desk/case/${sent.number}`);
    await sofie.reads(sent.story);

    await keyboard.goesTo(sofie.say('common.save'), { answers: { member: house.members.sofie.name } });
    await sofie.reads(sofie.say('desk.done.assign'));
    for (const [audience, text] of [['note', 'Ask the printer.'], ['message', 'Your letter is on its way.']]) {
      await keyboard.goesTo(sofie.say('desk.compose.check'), { answers: { audience, text } });
      await keyboard.goesTo(sofie.say(`desk.check.send-${audience}`));
      await sofie.reads(sofie.say(`desk.done.${audience}`), text);
    }
    await keyboard.goesTo(sofie.say('desk.step.move'), { answers: { to: 'handling', why: 'Simple.' } });
    await sofie.reads(sofie.say('desk.done.state'));
    await keyboard.goesTo(sofie.say('desk.close.start'));
    await keyboard.goesTo(sofie.say('desk.compose.check'), {
      answers: { outcome: 'upheld', feedback: 'We sent it today.', why: 'It had been lost.' },
    });
    await keyboard.goesTo(sofie.say('desk.check.send-outcome'));
    await sofie.reads(sofie.say('desk.done.outcome'), sofie.say('common.state.closed'));
    await keyboard.goesTo(sofie.say('common.sign-out'));
    assert.equal(await sofie.heading(), sofie.say('desk.signin.title'));
  });

  await t.test('to use single keys, once they are turned on', async (t) => {
    await complainsInShort(await someone(t, house, { lang: 'nl' }), general('nl'));
    const sofie = await someone(t, house, { lang: 'nl' });
    const keyboard = new Keyboard(sofie);
    const press = (...keys) => keys.reduce((before, key) => before.then(() => sofie.page.keyboard.press(key)), Promise.resolve());
    const focus = () => sofie.page.evaluate(() => document.activeElement.name || document.activeElement.textContent);
    await sofie.opens('/desk');
    await keyboard.skips();
    await signsInByKeyboard(keyboard, house.members.sofie);
    await sofie.opens('/desk');
    await press('?', 'g', 't');
    assert.equal(sofie.at, '/desk', 'until then a key does nothing');
    await sofie.opens('/desk/keys');
    await keyboard.goesTo(sofie.say('keys.turn-on'));
    await sofie.reads(sofie.say('keys.done-on'));
    await sofie.leadsTo(() => press('g', 'i'));
    assert.equal(sofie.at, '/desk');
    await press('j');
    const subject = await focus();
    await sofie.leadsTo(() => press('o'));
    assert.equal(await sofie.heading(), subject);
    await press('r');
    assert.equal(await focus(), 'text');
    await sofie.reads(sofie.say('desk.compose.message'));
    await sofie.page.keyboard.type('gi? Just words.');
    await sofie.leadsTo(() => press('Control+Enter'));
    await sofie.reads('gi? Just words.', sofie.say('desk.check.send-message'));
    await sofie.leadsTo(() => press('?'));
    assert.equal(sofie.at, '/desk/keys');
  });
});
