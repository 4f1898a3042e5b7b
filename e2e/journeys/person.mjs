// A person at a browser. Every page they come to is held to the rules for pages, to
// a silent console, and to loading nothing from elsewhere.
import assert from 'node:assert/strict';
import { visitor, phone, desk } from '../lib/browser.mjs';
import { structure, fit } from '../lib/pagecheck.mjs';
import { words, elsewhere } from './words.mjs';

// someone opens a browser as a new person: { lang, js, viewport }. Without
// scripts they use a phone, unless said otherwise.
export async function someone(t, house, { lang = 'nl', js = true, viewport = js ? desk : phone } = {}) {
  const context = await visitor(house.browser, { js, viewport, locale: lang, reducedMotion: 'reduce' });
  t.after(() => context.close());
  context.on('request', (r) => {
    if (!r.url().startsWith(house.url) && !r.url().startsWith(elsewhere)) context.complaints.push(`asks ${r.url()}`);
  });
  return new Person(house, context, await newPage(context), lang);
}

async function newPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

export class Person {
  constructor(house, context, page, lang) {
    Object.assign(this, { house, context, page, lang, own: lang, say: words(lang) });
  }

  // opens types an address and expects the page that stands there.
  async opens(address, { status = 200 } = {}) {
    return this.#comes(() => this.page.goto(this.house.url + address), status);
  }

  // follows a link, presses a button: both lead to a page.
  follows = (name, o = {}) => this.#activates('link', name, o);
  presses = (name, o = {}) => this.#activates('button', name, o);

  async #activates(role, name, { status = 200, within = this.page, exact = true } = {}) {
    const target = within.getByRole(role, { name, exact }).first();
    return this.#comes(() => Promise.all([this.page.waitForNavigation(), target.click()]).then(([answer]) => answer), status);
  }

  // leadsTo does anything that leads to another page, and waits for it.
  leadsTo = (act, { status = 200 } = {}) =>
    this.#comes(() => Promise.all([this.page.waitForNavigation(), act()]).then(([answer]) => answer), status);

  async #comes(going, status) {
    const answer = await going();
    if (answer?.status() !== status) {
      const log = answer?.status() >= 500 ? this.house.log().slice(-1000) : '';
      assert.fail(`${this.page.url()} answers ${answer?.status()}, not ${status}: ${await this.heading()} ${await this.#errors()} ${log}`);
    }
    await this.inspects(status);
    return answer;
  }

  // inspects holds the page to the rules. The browser itself complains of an answer
  // that is an error; that is no fault where it was expected.
  async inspects(status = 200) {
    const wrong = [...(await structure(this.page)), ...(await fit(this.page))];
    const said = this.context.complaints.splice(0);
    const expected = status >= 400 ? said.findIndex((c) => c.includes(`status of ${status}`)) : -1;
    if (expected >= 0) said.splice(expected, 1);
    assert.deepEqual([...wrong, ...said], [], `at ${this.page.url()} in ${this.lang}`);
  }

  #errors = async () => (await this.page.locator('#errors').allTextContents()).map(oneLine).join(' ');

  // at is the path of the page.
  get at() {
    return new URL(this.page.url()).pathname;
  }

  // step is the question of the form that is asked.
  get step() {
    return this.at.split('/').slice(3).join('/');
  }

  heading = async () => oneLine(await this.page.locator('h1').first().textContent());

  // sees returns what stands on the page, opened or not, as one line.
  sees = async (within = 'main') => oneLine(await this.page.locator(within).first().textContent());

  // reads expects words on the page; misses expects that they are not there.
  async reads(...expected) {
    const text = await this.sees();
    for (const words of expected) assert.ok(text.includes(oneLine(words)), `“${words}” is not at ${this.at}: ${text.slice(0, 3000)}`);
  }

  async misses(...unexpected) {
    const all = await this.page.content();
    for (const words of unexpected) assert.ok(!all.includes(words), `“${words}” is at ${this.at}`);
  }

  unfolds = (summary) => this.page.locator('summary').filter({ hasText: summary }).first().click();

  // fills gives answers, by the name of the field, to what the page asks.
  async fills(answers) {
    for (const c of await this.page.evaluate(controls)) {
      const want = answers[c.name];
      if (want === undefined) continue;
      const at = this.page.locator(`[id="${c.id}"]`);
      if (c.type === 'radio') {
        if (want === c.value && !c.checked) await this.page.locator(`label[for="${c.id}"]`).click();
      } else if (c.type === 'checkbox') {
        if ([want].flat().includes(c.value) !== c.checked) await this.page.locator(`label[for="${c.id}"]`).click();
      } else if (c.type === 'select') await at.selectOption(want);
      else await at.fill(want);
    }
  }

  // value is what stands in a field.
  value = (name) => this.page.locator(`main [name="${name}"]`).first().inputValue();

  chosen = (name) =>
    this.page.evaluate((n) => [...document.querySelectorAll(`main [name="${n}"]:checked`)].map((e) => e.value), name);

  // isTold expects the page to say what is wrong with a field: the summary has the
  // focus and leads to the field, which says the same.
  async isTold(field, expected) {
    const found = await this.page.evaluate((text) => {
      const summary = document.getElementById('errors');
      const link = [...(summary?.querySelectorAll('a') ?? [])].find((a) => a.textContent.trim() === text);
      const input = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const owner = input?.closest('[aria-describedby]') ?? input?.closest('fieldset[aria-describedby]');
      const near = input?.closest('.field')?.querySelector('.why');
      return {
        focused: document.activeElement?.id,
        title: document.title,
        summary: summary?.textContent,
        name: input?.name ?? input?.id,
        why: near?.textContent,
        described: owner?.getAttribute('aria-describedby')?.split(' ').includes(near?.id) ?? false,
      };
    }, expected);
    assert.equal(found.focused, 'errors', 'the summary has the focus');
    assert.ok(found.title.startsWith(this.say('common.error-prefix')), found.title);
    assert.ok(found.name?.startsWith(field), `the summary leads to ${field}, not ${found.name}: ${found.summary}`);
    assert.ok(found.why?.includes(expected), `${field} says ${found.why}`);
    assert.ok(found.described, `${field} is described by its error`);
  }

  // switchesTo goes on in another language, on the same page.
  async switchesTo(lang) {
    await this.leadsTo(() => this.page.locator(`.langs :is(a, button)[lang=${lang}]`).click());
    assert.equal(await this.page.locator('html').getAttribute('lang'), lang);
    this.speaks(lang);
  }

  // speaks says in which language the pages come from now on; without one, in that
  // of the browser.
  speaks(lang = this.own) {
    this.lang = lang;
    this.say = words(lang);
  }

  // goesBack uses the button of the browser.
  goesBack = (o = {}) => this.#comes(() => this.page.goBack(), o.status ?? 200);

  // opensATab is the same person in the same browser.
  async opensATab() {
    const tab = new Person(this.house, this.context, await newPage(this.context), this.lang);
    tab.own = this.own;
    return tab;
  }

  cookies = async () => (await this.context.cookies()).map((c) => c.name).sort();
}

export const oneLine = (text) => (text ?? '').replace(/\s+/g, ' ').trim();

// controls lists what a page asks. It runs in the page.
function controls() {
  return [...document.querySelectorAll('main input, main select, main textarea')]
    .filter((e) => e.type !== 'hidden' && e.type !== 'file')
    .map((e) => ({ name: e.name, id: e.id, value: e.value, checked: e.checked, type: e.tagName === 'SELECT' ? 'select' : e.type }));
}
