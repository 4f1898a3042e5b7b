// Takes the pictures of the handbooks from the demo: node e2e/pictures.mjs, or make
// pictures. They are in the language of their readers, small, and all invented.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { openHouse } from './journeys/house.mjs';
import { atTheDesk } from './journeys/member.mjs';
import { languages } from './journeys/words.mjs';

const folder = fileURLToPath(new URL('../doc/images', import.meta.url));
const viewport = { width: 1240, height: 700 };
const leaving = [];
const t = { after: (f) => leaving.push(f) };

// take keeps what is on the page as a picture.
async function take(person, name) {
  await person.page.evaluate(() => document.fonts.ready);
  await person.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

try {
  const house = await openHouse(t);
  for (const lang of languages) {
    const member = await atTheDesk(t, house, 'sofie', { lang, viewport });
    await member.opens('/desk?view=all');
    await take(member, `members-list.${lang}`);
    const [first] = await member.page.locator('main a[href^="/desk/case/"]').all();
    await member.opens(await first.getAttribute('href'));
    await take(member, `members-case.${lang}`);
  }
  const configurator = await atTheDesk(t, house, 'nele', { lang: 'en', viewport });
  await configurator.opens('/desk/people');
  await take(configurator, 'people.en');
  await configurator.opens('/desk/status');
  await take(configurator, 'status.en');
} finally {
  for (const leave of leaving.reverse()) await leave();
}
