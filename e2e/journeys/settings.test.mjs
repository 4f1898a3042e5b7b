// A configurator changes a text, a topic, the colour and a holiday by the pages alone; each
// shows at once, and goes back with one button. Two at once do not overwrite each other.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openHouse, inTwoWays } from './house.mjs';
import { someone } from './person.mjs';
import { atTheDesk } from './member.mjs';
import { answers, begins, general, sends } from './complaint.mjs';

const colour = (page) => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent').trim());

test('settings', { timeout: 10 * 60_000 }, async (t) => {
  const house = await openHouse(t);
  const nele = await atTheDesk(t, house, 'nele', { js: false });

  const saves = async (at, values) => {
    await nele.opens(at);
    await types(values);
    await nele.presses(nele.say('common.save'));
    assert.match(await nele.page.locator('.box.ok').innerText(), new RegExp(nele.say('settings.done-saved')));
  };
  const types = async (values) => {
    for (const [name, value] of Object.entries(values)) {
      const radio = nele.page.locator(`[name="${name}"][type=radio][value="${value}"]`);
      if (await radio.count()) await nele.page.locator(`label[for="${await radio.getAttribute('id')}"]`).click();
      else await nele.page.locator(`[name="${name}"]`).fill(value);
    }
  };
  const putsBack = async () => {
    await nele.opens('/desk/settings/history');
    await nele.page.locator('tbody a').first().click();
    await nele.presses(nele.say('settings.back-before'));
    assert.match(await nele.page.locator('.box.ok').innerText(), new RegExp(nele.say('settings.done-back')));
  };

  await inTwoWays(t, 'what is changed shows at once and goes back', async (t, way) => {
    const ingrid = await someone(t, house, way);
    const title = `Zo bewaren wij (${way.lang})`;
    await ingrid.opens(`/${way.lang}/privacy`);
    const was = await ingrid.page.locator('h1').innerText();
    await saves('/desk/settings/texts/privacy', { [`texts.privacy.title.${way.lang}`]: title });
    await ingrid.opens(`/${way.lang}/privacy`);
    assert.equal(await ingrid.page.locator('h1').innerText(), title);
    await putsBack();
    await ingrid.opens(`/${way.lang}/privacy`);
    assert.equal(await ingrid.page.locator('h1').innerText(), was);

    const hint = `A hint of the configurator (${way.lang})`;
    await saves('/desk/settings/topics/theft', { [`topics.theft.explanation.${way.lang}`]: hint });
    await ingrid.opens(`/${way.lang}/topic/theft`);
    assert.ok((await ingrid.page.locator('main').innerText()).includes(hint));
    await putsBack();
    await ingrid.opens(`/${way.lang}/topic/theft`);
    assert.ok(!(await ingrid.page.locator('main').innerText()).includes(hint));

    const green = await colour(ingrid.page);
    await saves('/desk/settings/organisation/all', { 'organisation.accent': '#7a1f5c' });
    await ingrid.opens(`/${way.lang}/`);
    assert.equal(await colour(ingrid.page), '#7a1f5c');
    await putsBack();
    await ingrid.opens(`/${way.lang}/`);
    assert.equal(await colour(ingrid.page), green);

    await saves('/desk/settings/clocks/all', { 'clocks.holidays': '2027-01-04' });
    await nele.opens('/desk/settings/clocks/all');
    assert.equal(await nele.page.locator('[name="clocks.holidays"]').inputValue(), '2027-01-04');
    await putsBack();
  });

  await inTwoWays(t, 'a topic is added, used and taken away', async (t, way) => {
    const items = '/desk/settings/items/topics';
    const label = (lang) => `Geluid ${way.name ?? way.lang} ${lang}`;
    const values = Object.fromEntries(['nl', 'fr', 'en', 'de'].flatMap((l) => [[`topics.label.${l}`, label(l)], [`topics.explanation.${l}`, `Wat het is (${l})`]]));
    await nele.opens(items);
    await nele.page.locator('[name="topics.route"]').selectOption('general');
    await types({ ...values, 'topics.label.de': '' });
    await nele.presses(nele.say('settings.items-add'), { status: 422 });
    assert.equal(await nele.page.locator('[name="topics.label.fr"]').inputValue(), label('fr'));
    await types(values);
    await nele.presses(nele.say('settings.items-add'));
    assert.ok((await nele.page.locator('.box.ok').innerText()).includes(nele.say('settings.items-done-added')));

    const ingrid = await someone(t, house, way);
    await begins(ingrid);
    const own = await ingrid.page.getByLabel(label(way.lang)).getAttribute('value');
    await answers(ingrid, general(way.lang, { topics: [own] }));
    const { number } = await sends(ingrid);
    const sofie = await atTheDesk(t, house, 'sofie', { js: false });
    await sofie.opens(`/desk/case/${number}`);
    assert.ok((await sofie.page.locator('main').innerText()).includes('Geluid'));

    await nele.opens(items);
    await nele.presses(nele.say('settings.items-remove-what', { what: label('nl') }));
    assert.ok((await nele.page.locator('.box.ok').innerText()).includes(nele.say('settings.items-done-off')));
    const other = await someone(t, house, way);
    await other.opens(`/${way.lang}/`);
    assert.ok(!(await other.page.locator('main').innerText()).includes(label(way.lang)));
    await sofie.opens(`/desk/case/${number}`);
    assert.ok((await sofie.page.locator('main').innerText()).includes('Geluid'));
  });

  await inTwoWays(t, 'a language is offered no more and put back', async (t, way) => {
    const less = way.lang === 'de' ? 'fr' : 'de';
    const ingrid = await someone(t, house, way);
    await begins(ingrid);
    await answers(ingrid, general(way.lang), { until: 'story' });
    await ingrid.switchesTo(less);
    const at = ingrid.at;
    await saves('/desk/settings/languages/all', { [`languages.offer-${less}`]: 'false' });
    const other = await someone(t, house, way);
    await other.opens(`/${way.lang}/`);
    assert.equal(await other.page.locator(`.langs [lang=${less}]`).count(), 0);
    await other.opens(`/${less}/`);
    assert.notEqual(other.at, `/${less}/`);
    await ingrid.opens(at);
    assert.equal(ingrid.at, at);
    await putsBack();
    await other.opens(`/${less}/`);
    assert.equal(other.at, `/${less}/`);
  });

  await t.test('a colour that cannot be read is refused, and nothing typed is lost', async () => {
    await nele.opens('/desk/settings/organisation/all');
    await types({ 'organisation.accent': '#ffee00', why: 'sunny' });
    await nele.presses(nele.say('common.save'), { status: 422 });
    assert.equal(await nele.page.locator('[name="organisation.accent"]').inputValue(), '#ffee00');
    assert.equal(await nele.page.locator('[name="why"]').inputValue(), 'sunny');
    assert.ok(await nele.page.locator('#errors').count());
  });

  await t.test('of two who change the same, the second sees what the first did', async () => {
    const second = await nele.context.newPage();
    await second.goto(`${house.url}/desk/settings/texts/safety`);
    await saves('/desk/settings/texts/safety', { 'texts.safety.title.nl': 'De eerste' });
    await second.locator('[name="texts.safety.title.nl"]').fill('De tweede');
    await second.getByRole('button', { name: nele.say('common.save'), exact: true }).click();
    await second.waitForURL(/errors/);
    nele.context.complaints.splice(0); // of the answer 409, which is expected
    assert.equal(await second.locator('[name="texts.safety.title.nl"]').inputValue(), 'De tweede');
    assert.match(await second.locator('#conflict').locator('..').innerText(), /De eerste/);
    await second.close();
    await putsBack();
  });
});
