// Looks for barriers with axe, by the rules of WCAG 2.2 AA and axe's best practice.
//
// axe is asked in the page itself. Its wrapper for Playwright brings axe along anew
// for each question and carries every rule that passed back, which takes three times
// as long; self.test.mjs holds the two to the same findings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// tags choose the rules.
export const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// source is axe itself.
export const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// barriers returns a sentence for each violation on the page. Its context must be
// loose (see visitor), or the content policy keeps axe out. With rules, only those
// run.
export async function barriers(page, { rules } = {}) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const violations = await page.evaluate(
    async (runOnly) => (await globalThis.axe.run({ runOnly, resultTypes: ['violations'], preload: false })).violations,
    rules ? { type: 'rule', values: rules } : { type: 'tag', values: tags },
  );
  return violations.map(told);
}

// told words one violation of axe.
export function told(v) {
  const [first] = v.nodes;
  const message = [...(first.any ?? []), ...(first.all ?? []), ...(first.none ?? [])][0]?.message ?? v.help;
  return `${v.id} (${v.impact}), ${v.nodes.length}×, at ${first.target.join(' ')}: ${message}`;
}

// colours are the rules whose answer depends on the colour scheme.
export const colours = ['color-contrast', 'link-in-text-block'];

// layout are those whose answer depends on the width.
export const layout = ['color-contrast', 'scrollable-region-focusable', 'target-size'];
