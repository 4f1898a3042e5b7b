// Looks for barriers with axe, by the rules of WCAG 2.2 AA and axe's best practice.
import { AxeBuilder } from '@axe-core/playwright';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// barriers returns a sentence for each violation on the page. Its context must be
// loose (see visitor), or the content policy keeps axe out. With rules, only those
// run.
export async function barriers(page, { rules } = {}) {
  // Legacy mode looks into no frame of another origin, of which we have none, and saves
  // opening a second page each time.
  let builder = new AxeBuilder({ page }).setLegacyMode(true);
  builder = rules ? builder.withRules(rules) : builder.withTags(tags);
  const { violations } = await builder.analyze();
  return violations.map((v) => {
    const [first] = v.nodes;
    const message = [...(first.any ?? []), ...(first.all ?? []), ...(first.none ?? [])][0]?.message ?? v.help;
    return `${v.id} (${v.impact}), ${v.nodes.length}×, at ${first.target.join(' ')}: ${message}`;
  });
}

// colours are the rules whose answer depends on the colour scheme.
export const colours = ['color-contrast', 'link-in-text-block'];
