// Somebody who has only a keyboard. Whatever has the focus must show it and lie in
// sight; a thing that cannot be reached with Tab fails the journey.
import assert from 'node:assert/strict';
import { nextPassword } from './member.mjs';
import { oneLine } from './person.mjs';

const mostTabs = 200; // more than any page has

// The keys of a person: goesTo reaches a link or a button, does answers on the way.
export class Keyboard {
  constructor(person) {
    this.person = person;
    this.keys = person.page.keyboard;
    person.page.on('filechooser', () => {}); // from now on the browser hands its dialogs over
  }

  // skips uses the link that stands first on every page.
  async skips() {
    await this.keys.press('Tab');
    const first = await this.#focused();
    assert.equal(first.text, this.person.say('common.skip'), 'the first Tab reaches the link to the content');
    await this.keys.press('Enter');
  }

  // goesTo tabs through the page, answers what is asked on the way, and uses the
  // link or button that bears the name.
  async goesTo(name, { answers = {}, files = [], status = 200 } = {}) {
    const seen = [];
    for (let tabs = 0; tabs < mostTabs; tabs++) {
      await this.keys.press('Tab');
      const at = await this.#focused();
      if (at.tag === 'BODY') continue; // the end of the page; Tab begins again
      seen.push(at.text || at.name);
      this.#isShown(at);
      if ((at.tag === 'A' || at.tag === 'BUTTON') && at.text === name) {
        return this.person.leadsTo(() => this.keys.press('Enter'), { status });
      }
      if (at.type === 'file' && files.length > 0) await this.#chooses(files);
      else if (answers[at.name] !== undefined) await this.#answers(at, answers[at.name]);
    }
    assert.fail(`no way to “${name}” at ${this.person.at} with the keyboard: ${seen.join(' · ')}`);
  }

  // unfolds opens a part of the page that is closed.
  async unfolds(summary) {
    for (let tabs = 0; tabs < mostTabs; tabs++) {
      await this.keys.press('Tab');
      const at = await this.#focused();
      if (at.tag === 'SUMMARY' && at.text === summary) return this.keys.press('Enter');
    }
    return assert.fail(`no way to “${summary}” at ${this.person.at} with the keyboard`);
  }

  #isShown(at) {
    const { clear, ringed, text, name } = at;
    assert.ok(ringed, `the focus on “${text || name}” does not show at ${this.person.at}`);
    assert.ok(clear, `the focus on “${text || name}” is out of sight at ${this.person.at}`);
  }

  async #answers(at, want) {
    if (at.type === 'checkbox') {
      if ([want].flat().includes(at.value) !== at.checked) await this.keys.press('Space');
    } else if (at.type === 'radio') {
      await this.#moves(want);
    } else if (at.tag === 'SELECT') {
      await this.keys.type(want);
    } else {
      await this.keys.press('ControlOrMeta+A');
      await this.keys.type(want);
    }
  }

  // moves chooses among radios: Space takes the one with the focus, arrows go on.
  async #moves(want) {
    for (let i = 0; i < 40; i++) {
      const at = await this.#focused();
      if (at.value === want) {
        if (!at.checked) await this.keys.press('Space');
        return;
      }
      await this.keys.press('ArrowDown');
    }
    assert.fail(`no choice ${want}`);
  }

  async #chooses(files) {
    const [chooser] = await Promise.all([this.person.page.waitForEvent('filechooser'), this.keys.press('Enter')]);
    await chooser.setFiles(files);
  }

  async #focused() {
    const at = await this.person.page.evaluate(() => {
      const e = document.activeElement ?? document.body;
      const box = e.getBoundingClientRect();
      // A link is marked by a line below it, everything else by a ring; a box or a
      // radio has the ring around itself and its label.
      const style = getComputedStyle(e.closest('.choice') ?? e);
      const ringed = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || (e.tagName === 'A' && style.boxShadow !== 'none');
      // What is small may be drawn by its label.
      const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 12), 1), innerWidth - 2);
      const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 1), innerHeight - 2);
      const hit = document.elementFromPoint(x, y);
      const clear = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && hit !== null &&
        (e.contains(hit) || hit.contains(e) || hit.closest('label')?.control === e);
      return {
        tag: e.tagName, type: e.type, name: e.name, value: e.value, checked: e.checked, text: e.textContent, clear, ringed,
      };
    });
    return { ...at, text: at.tag === 'SELECT' || at.tag === 'TEXTAREA' ? '' : oneLine(at.text) };
  }
}

// signsInByKeyboard gives password and one-time password.
export async function signsInByKeyboard(keyboard, member) {
  const { person } = keyboard;
  await keyboard.goesTo(person.say('common.continue'), { answers: { email: member.email, password: member.password } });
  await keyboard.goesTo(person.say('common.sign-in'), { answers: { code: await nextPassword(member) } });
}
